"""The widget in a form, and what becomes of the answer that comes with it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from markupsafe import Markup

from logister_core.logs import event
from logister_core.outgoing import FAILURES, reason
from logister_core.security.proxies import UNKNOWN
from logister_plugins.turnstile.verification import SECRET_CODES, Verdict, verify

if TYPE_CHECKING:
    from logister_core.accounts.form_guards import Form
    from logister_core.types import Request
    from logister_plugins.turnstile import Settings

logger = logging.getLogger(__name__)

ORIGIN: Final = "https://challenges.cloudflare.com"
# Cloudflare asks for this very address; copies of the file would grow old.
SCRIPT: Final = f"{ORIGIN}/turnstile/v0/api.js"
FIELD: Final = "cf-turnstile-response"
LONGEST_TOKEN: Final = 2048
# For as long as Cloudflare takes a token.
TOKEN_SECONDS: Final = 300
LONGEST_USER_AGENT: Final = 200

MISSING: Final = (
    "Wait until the box above the button says that you are a person, then send the form. "
    f"If there is no box, your browser blocks {urlsplit(ORIGIN).hostname}."
)
REFUSED: Final = "The check that you are a person did not succeed. Please send the form again."
UNREACHABLE: Final = "The check that you are a person is not available right now. Try again in a minute."

_WIDGET = Markup(
    '<div class="cf-turnstile" data-sitekey="{site_key}" data-action="{form}" data-size="flexible"></div>\n'
    '<noscript><p class="field-hint">This form needs JavaScript, because it asks Cloudflare whether you are a person.'
    "</p></noscript>\n"
    '<script src="{script}" async defer></script>'
)


class Turnstile:
    """A form guard that refuses whatever Cloudflare does not vouch for, also when Cloudflare cannot be asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def fields(self, request: Request, form: Form) -> Markup:
        return _WIDGET.format(site_key=self._settings.site_key, form=form, script=SCRIPT)

    def refusal(self, request: Request, form: Form) -> str | None:
        token = request.POST.get(FIELD)
        if token is None or token == "":
            return self._refused(request, form, "missing", MISSING)
        if not _is_token(token):
            return self._refused(request, form, "malformed", REFUSED)
        # Everybody has the same dummy token.
        if not self._settings.dummy and not request.registry.rate_limiter.first(
            "turnstile", token, seconds=TOKEN_SECONDS
        ):
            return self._refused(request, form, "replayed", REFUSED)
        try:
            verdict = verify(self._settings, token, None if request.client_ip == UNKNOWN else request.client_ip)
        except FAILURES as error:
            logger.error(event("turnstile.unreachable", reason=reason(error), form=form))
            return UNREACHABLE
        if verdict.error in SECRET_CODES:
            logger.error(event("turnstile.misconfigured", reason=verdict.error, form=form))
            return UNREACHABLE
        fault = verdict.error or (None if self._settings.dummy else self._misfit(request, form, verdict))
        return None if fault is None else self._refused(request, form, fault, REFUSED)

    def _misfit(self, request: Request, form: Form, verdict: Verdict) -> str | None:
        """Why an answer that is good in itself is not for this form on this site."""
        if verdict.action and verdict.action != form:
            return "other-action"
        ours = (urlsplit(request.settings.product.public_url).hostname, request.domain.lower())
        if verdict.hostname and verdict.hostname not in ours:
            return "other-hostname"
        return None

    def _refused(self, request: Request, form: Form, fault: str, sentence: str) -> str:
        user_agent = (request.user_agent or "")[:LONGEST_USER_AGENT]
        logger.info(event("turnstile.refused", reason=fault, form=form, ip=request.client_ip, user_agent=user_agent))
        return sentence


def _is_token(value: object) -> bool:
    """Whether it looks like one; a form may bring anything, files included."""
    return isinstance(value, str) and len(value) <= LONGEST_TOKEN and value.isascii() and value.isprintable()

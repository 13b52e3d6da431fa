"""How often forms of accounts may be sent (specification, accounts chapter §6)."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final, Literal

from pyramid.response import Response

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.services import normal_email
from logister_core.logs import event

if TYPE_CHECKING:
    from logister_core.types import Request

logger = logging.getLogger(__name__)

LimitedForm = Literal["sign_in", "sign_up", "password", "confirmation", "setup"]

KEY_PREFIX: Final = "logister:auth_rate_limit:v1"
SENTENCE: Final = "That was too often. Wait a while, then try again."


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    limit: int
    window: int  # seconds
    by_email: bool = False


# In the order in which they are asked; who exceeds one is not counted by those behind it.
RULES: Final[dict[LimitedForm, tuple[Rule, ...]]] = {
    "sign_in": (Rule("email-long", 20, 600, by_email=True), Rule("ip-short", 10, 60)),
    "sign_up": (Rule("email-hour", 3, 3600, by_email=True), Rule("ip-hour", 20, 3600), Rule("ip-short", 5, 60)),
    "password": (Rule("email", 3, 600, by_email=True), Rule("ip", 5, 600)),
    "confirmation": (Rule("email", 3, 600, by_email=True), Rule("ip", 5, 600)),
    "setup": (Rule("setup-ip", 5, 600),),
}


def limited(request: Request, form: LimitedForm, *, email: str | None = None) -> Response | None:
    """The answer to somebody who sends `form` too often, None to go on. Every submission counts, also a refused one.

    For the view to ask before anything else; `email` where the form itself does not name it. While the counters are
    away everybody goes on.
    """
    judged = f"logister.form_limits.{form}"
    # A request that is run again after a conflict is still the same submission.
    if judged not in request.environ:
        given = request.POST.get("user[email]", "") if email is None else email
        request.environ[judged] = _exceeded(request, form, given)
    rule: Rule | None = request.environ[judged]
    return None if rule is None else too_often(rule.window)


def too_often(seconds: int) -> Response:
    """The answer that asks to wait."""
    answer = Response(SENTENCE, status=429, content_type="text/plain", charset="utf-8")
    answer.headers["Retry-After"] = str(seconds)
    return answer


def email_identity(email: str) -> str:
    """Of an address, however it is written; nothing of it can be read."""
    email = normal_email(email)
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest() if email else "blank"


def ip_identity(ip: str) -> str:
    """The address; of IPv6 the network that one connection usually has to itself, as all its addresses are free."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _exceeded(request: Request, form: LimitedForm, email: str) -> Rule | None:
    for rule in RULES[form]:
        identity = _identity(request, form, rule, email)
        count = request.registry.rate_limiter.count(f"{KEY_PREFIX}:{form}:{rule.name}:{identity}", 1, keep=rule.window)
        if count is not None and count > rule.limit:
            logger.warning(
                event(
                    "accounts.too_often",
                    form=form,
                    rule=rule.name,
                    count=count,
                    limit=rule.limit,
                    window=rule.window,
                    scope="email" if rule.by_email else "ip",
                )
            )
            return rule
    return None


def _identity(request: Request, form: LimitedForm, rule: Rule, email: str) -> str:
    if not rule.by_email:
        return ip_identity(request.client_ip)
    if form == "sign_in":
        device = Browsers(request).device(email)
        if device is not None:
            # Strangers who use up the attempts at an account do not use up those of its owner's browser.
            return f"device:{device}"
    return email_identity(email)

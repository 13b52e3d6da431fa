"""Cloudflare Turnstile on the forms that strangers send (specification, accounts chapter §7)."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logister_core.settings import Saved, SettingsError, boolean, setting, text, url

if TYPE_CHECKING:
    from logister_core.administration.installation.sections import Sections
    from logister_core.types import Configurator

# What Cloudflare publishes for tests.
_DUMMY_SITE_KEY = re.compile(r"[123]x0{20}[A-Z]{2}")
_KEY = "a key of a Turnstile widget"
_KEY_PATTERN = r"[\x21-\x7e]{1,200}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    enabled: bool | None = setting(
        "LOGISTER_TURNSTILE_ENABLED",
        None,
        boolean(),
        help="ask strangers to prove to Cloudflare Turnstile that they are people: at sign-in, sign-up, and when they "
        "ask for mails; needs both keys",
        saved=Saved("authentication.turnstile_enabled", "Turnstile", restart=True),
    )
    site_key: str | None = setting(
        "LOGISTER_TURNSTILE_SITE_KEY",
        None,
        text(_KEY, pattern=_KEY_PATTERN),
        help="site key, which pages show",
        saved=Saved("authentication.turnstile_site_key", "Site key of Turnstile", restart=True),
    )
    secret_key: str | None = setting(
        "LOGISTER_TURNSTILE_SECRET_KEY",
        None,
        text(_KEY, pattern=_KEY_PATTERN),
        help="secret key, with which answers are verified",
        secret=True,
        saved=Saved("authentication.turnstile_secret_key", "Secret key of Turnstile", restart=True),
    )
    verify_url: str = setting(
        "LOGISTER_TURNSTILE_VERIFY_URL",
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        url("http", "https"),
        help="where answers are verified; for tests and for gateways of your own",
    )

    @property
    def dummy(self) -> bool:
        """With keys for tests Cloudflare gives everybody the same answer, for another action and another site."""
        return _DUMMY_SITE_KEY.fullmatch(self.site_key or "") is not None

    def missing(self) -> list[str]:
        keys = {"LOGISTER_TURNSTILE_SITE_KEY": self.site_key, "LOGISTER_TURNSTILE_SECRET_KEY": self.secret_key}
        return [
            f"{name} is not set; expected {_KEY}, because Turnstile is switched on"
            for name, value in keys.items()
            if value is None
        ]

    def problems(self) -> list[str]:
        return self.missing() if self.enabled else []

    @staticmethod
    def administration(sections: Sections) -> None:
        from logister_plugins.turnstile.administration import check_turnstile

        sections.add_check("authentication", check_turnstile)


def wanted(settings: Settings) -> bool | None:
    return settings.enabled


def includeme(config: Configurator) -> None:
    from logister_core.logs import event
    from logister_core.security.content_policy import PageKind
    from logister_plugins.turnstile.guard import ORIGIN, Turnstile

    settings = config.registry.logister_settings
    ours = settings.section(Settings)
    # Switched on by name it was not asked for its problems.
    if ours.missing():
        raise SettingsError(ours.missing())
    if ours.dummy and settings.production:
        logging.getLogger(__name__).warning(event("turnstile.dummy_keys", site_key=ours.site_key))
    config.add_form_guard(Turnstile(ours))
    for directive in ("script-src", "frame-src"):
        config.add_content_source(directive, ORIGIN, pages=[PageKind.ACCOUNT_FORM])

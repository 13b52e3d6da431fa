"""A banner that asks for consent to cookies, and what runs only with that consent (specification, accounts §16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logister_core.settings import Saved, boolean, choice, setting, text, url

if TYPE_CHECKING:
    from logister_core.administration.installation.sections import Sections
    from logister_core.types import Configurator


@dataclass(frozen=True, kw_only=True)
class Settings:
    consent_enabled: bool = setting(
        "LOGISTER_COOKIE_CONSENT_ENABLED",
        "true",
        boolean(),
        help="show the consent banner once PROBO_COOKIE_BANNER_ID and PROBO_COOKIE_BANNER_BASE_URL are set; no "
        "switches it off, and with it everything that needs consent",
        saved=Saved("public_site.cookie_consent_enabled", "Consent banner", restart=True),
    )
    banner_id: str | None = setting(
        "PROBO_COOKIE_BANNER_ID",
        None,
        text("the id of a banner", pattern=r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"),
        help="banner in Probo; unset: no banner and no analytics",
        saved=Saved("public_site.cookie_banner_id", "Id of the banner", restart=True),
    )
    base_url: str | None = setting(
        "PROBO_COOKIE_BANNER_BASE_URL",
        None,
        url("http", "https"),
        help="API of Probo's banners, such as https://probo.example.com/api/cookie-banner/v1",
        saved=Saved("public_site.cookie_banner_base_url", "API of the banner", restart=True),
    )
    script_url: str = setting(
        "PROBO_COOKIE_BANNER_SCRIPT_URL",
        "https://cdn.jsdelivr.net/npm/@probo/cookie-banner/dist/cookie-banner.iife.js",
        url("http", "https"),
        help="script of the banner, which runs in every page: name a version or a copy that you trust",
        saved=Saved("public_site.cookie_banner_script_url", "Script of the banner", restart=True),
    )
    proxy_enabled: bool = setting(
        "PROBO_COOKIE_BANNER_PROXY_ENABLED",
        "true",
        boolean(),
        help="let browsers talk with this server and this server with Probo; no makes browsers ask Probo themselves, "
        "which must then allow that (CORS)",
        saved=Saved("public_site.cookie_banner_proxy_enabled", "Pass on through this server", restart=True),
    )
    position: str = setting(
        "PROBO_COOKIE_BANNER_POSITION",
        "bottom-left",
        choice("bottom-left", "bottom-right"),
        help="where the banner stands",
        saved=Saved("public_site.cookie_banner_position", "Place of the banner", restart=True),
    )
    analytics_enabled: bool = setting(
        "LOGISTER_ANALYTICS_ENABLED",
        "false",
        boolean(),
        help="analytics outside production too, to try them out",
        saved=Saved("public_site.analytics_enabled", "Analytics outside production", restart=True),
    )
    category: str = setting(
        "LOGISTER_ANALYTICS_COOKIE_CATEGORY",
        "analytics",
        text("letters, digits, dashes or underscores", pattern=r"[A-Za-z0-9_-]{1,100}"),
        help="category of the banner to which visitors must agree before analytics run",
        saved=Saved("public_site.analytics_cookie_category", "Category of analytics", restart=True),
    )
    google_tag_id: str | None = setting(
        "GOOGLE_TAG_ID",
        None,
        text("an id such as G-ABC123", pattern=r"[A-Za-z]{1,4}-[A-Za-z0-9-]{1,60}"),
        help="Google Analytics; unset: none",
        saved=Saved("public_site.google_tag_id", "Google tag", restart=True),
    )
    cloudflare_token: str | None = setting(
        "CLOUDFLARE_WEB_ANALYTICS_TOKEN",
        None,
        text("a token of Cloudflare Web Analytics", pattern=r"[A-Za-z0-9_-]{1,200}"),
        help="Cloudflare Web Analytics; unset: none. Pages show it",
        secret=True,
        saved=Saved("public_site.cloudflare_analytics_token", "Cloudflare Web Analytics", restart=True),
    )

    @property
    def banner(self) -> bool:
        return self.consent_enabled and self.banner_id is not None and self.base_url is not None

    def problems(self) -> list[str]:
        if self.consent_enabled and self.banner_id is not None and self.base_url is None:
            return [
                "PROBO_COOKIE_BANNER_BASE_URL is not set; expected the address of the API that serves the banner of "
                "PROBO_COOKIE_BANNER_ID"
            ]
        return []

    @staticmethod
    def administration(sections: Sections) -> None:
        from logister_plugins.analytics.administration import PUBLIC_SITE

        sections.add(PUBLIC_SITE)


def wanted(settings: Settings) -> bool | None:
    """A banner that is set up is one that is wanted; without one there is nothing to show."""
    if not settings.consent_enabled:
        return False
    return True if settings.banner else None


def includeme(config: Configurator) -> None:
    from logister_plugins.analytics import banner, proxy, tags

    settings = config.registry.logister_settings
    ours = settings.section(Settings)
    # Named in LOGISTER_PLUGINS before a banner was set up, this shows nothing; nor do tests of pages want a banner.
    if not ours.banner or settings.runtime.env == "test":
        return
    banner.add(config, ours)
    if ours.proxy_enabled:
        proxy.add(config, ours)
    if settings.production or ours.analytics_enabled:
        tags.add(config, ours)

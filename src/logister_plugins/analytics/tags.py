"""Google Analytics and Cloudflare Web Analytics, asleep until the banner wakes them: a browser does not run
`type="text/plain"`, and the banner changes that for the category to which a visitor has agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from markupsafe import Markup

from logister_core.security.content_policy import PageKind
from logister_plugins.analytics.banner import OUTSIDE

if TYPE_CHECKING:
    from logister_core.types import Configurator
    from logister_plugins.analytics import Settings

STATIC: Final = "logister_plugins.analytics:static"
MINUTE: Final = 60

GOOGLE: Final = "https://www.googletagmanager.com"
GOOGLE_MEASURES: Final = ("https://*.google-analytics.com", "https://*.googletagmanager.com")
CLOUDFLARE: Final = "https://static.cloudflareinsights.com"

_META = Markup('\n  <meta name="logister-google-tag-id" content="{}">')
_GOOGLE = Markup(
    '<script type="text/plain" data-cookie-consent="{category}" async src="{google}/gtag/js?id={id}"></script>\n'
    '<script type="text/plain" data-cookie-consent="{category}" src="{settings}"></script>\n'
)
_CLOUDFLARE = Markup(
    '<script type="text/plain" data-cookie-consent="{category}" defer src="{cloudflare}/beacon.min.js"'
    " data-cf-beacon='{beacon}'></script>\n"
)


def add(config: Configurator, settings: Settings) -> None:
    if settings.google_tag_id is not None:
        _add_google(config, settings)
    if settings.cloudflare_token is not None:
        _add_cloudflare(config, settings)


def _add_google(config: Configurator, settings: Settings) -> None:
    def meta(request: Any) -> Markup:
        return _META.format(settings.google_tag_id) if is_anybodys(request) else Markup()

    def tag(request: Any) -> Markup:
        if not is_anybodys(request):
            return Markup()
        return _GOOGLE.format(
            category=settings.category,
            google=GOOGLE,
            id=settings.google_tag_id,
            settings=request.static_path(f"{STATIC}/google.js"),
        )

    config.add_static_view("analytics", STATIC, cache_max_age=MINUTE)
    config.add_page_part("head", meta, pages=OUTSIDE)
    config.add_page_part("end", tag, pages=OUTSIDE)
    config.add_content_source("script-src", GOOGLE, pages=OUTSIDE)
    for source in GOOGLE_MEASURES:
        config.add_content_source("img-src", source, pages=OUTSIDE)
    for source in (GOOGLE_MEASURES[0], "https://*.analytics.google.com", GOOGLE_MEASURES[1]):
        config.add_content_source("connect-src", source, pages=OUTSIDE)


def _add_cloudflare(config: Configurator, settings: Settings) -> None:
    beacon = orjson.dumps({"token": settings.cloudflare_token}).decode()

    def tag(request: Any) -> Markup:
        if not is_anybodys(request):
            return Markup()
        return _CLOUDFLARE.format(category=settings.category, cloudflare=CLOUDFLARE, beacon=beacon)

    config.add_page_part("end", tag, pages=OUTSIDE)
    config.add_content_source("script-src", CLOUDFLARE, pages=OUTSIDE)
    config.add_content_source("connect-src", "https://cloudflareinsights.com", pages=OUTSIDE)


def is_anybodys(request: Any) -> bool:
    """Whether address and referrer, both of which analytics send on, are the same for everybody.

    Links in mails hold secrets, and where somebody is to go after signing in is the address of a project.
    """
    if request.query_string or "?" in (request.referer or ""):
        return False
    return PageKind.PUBLIC in request.page_kinds or "{" not in request.matched_route.pattern

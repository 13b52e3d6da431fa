"""The consent banner: Probo's script at the end of every page, and the link that brings the banner back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from logister_core.security.content_policy import PageKind
from logister_plugins.analytics.proxy import PATH

if TYPE_CHECKING:
    from logister_core.types import Configurator
    from logister_plugins.analytics import Settings

EVERYWHERE = (PageKind.PUBLIC, PageKind.ACCOUNT, PageKind.APPLICATION)
OUTSIDE = (PageKind.PUBLIC, PageKind.ACCOUNT)

# Loaded aside: a page does not wait for another server.
_LOADER = Markup(
    '<script src="{script}" async data-banner-id="{banner}" data-base-url="{base}" data-position="{position}">'
    "</script>\n"
)
# The script makes a button of it, with words of its own where the law has them.
_PREFERENCES = Markup('<probo-settings-link class="foot-link needs-script">Cookie preferences</probo-settings-link>')


def add(config: Configurator, settings: Settings) -> None:
    def loader(request: Any) -> Markup:
        # The address that the visitor uses, since the policy allows this server under no other name.
        base = f"{request.application_url}{PATH}" if settings.proxy_enabled else settings.base_url
        return _LOADER.format(
            script=settings.script_url, banner=settings.banner_id, base=base, position=settings.position
        )

    config.add_page_part("end", loader, pages=EVERYWHERE)
    config.add_page_part("foot", lambda request: _PREFERENCES, pages=OUTSIDE)
    config.add_content_source("script-src", settings.script_url.partition("?")[0], pages=EVERYWHERE)
    # The banner brings its style along.
    config.add_content_source("style-src", "'unsafe-inline'", pages=EVERYWHERE)
    if not settings.proxy_enabled:
        config.add_content_source("connect-src", origin(settings.base_url or ""), pages=EVERYWHERE)


def origin(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

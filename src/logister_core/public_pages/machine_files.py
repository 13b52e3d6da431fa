"""Files for crawlers (specification, web chapter §5.3). Their addresses begin with the configured public one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

if TYPE_CHECKING:
    from logister_core.types import Request

# Named one by one, because some of them follow only a group of their own.
AI_CRAWLERS = (
    "GPTBot",
    "ChatGPT-User",
    "OAI-SearchBot",
    "ClaudeBot",
    "Claude-User",
    "Claude-SearchBot",
    "PerplexityBot",
    "Google-Extended",
    "Applebot-Extended",
    "Meta-ExternalAgent",
    "Amazonbot",
    "CCBot",
)
PRIVATE = ("/admin", "/api", "/dashboard", "/inbox", "/profile", "/projects", "/users")
CACHED = "public, max-age=3600"


@view_config(route_name="public_pages.robots", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def robots(request: Request) -> Response:
    product = request.settings.product
    rules = ["Allow: /", *(f"Disallow: {path}" for path in PRIVATE)] if product.landing_page else ["Disallow: /"]
    groups = ["\n".join([f"User-agent: {crawler}", *rules]) for crawler in (*AI_CRAWLERS, "*")]
    maps = "\n".join(f"Sitemap: {url}/sitemap.xml" for url in (product.public_url, product.docs_url))
    return _file("\n\n".join([*groups, maps]) + "\n", "text/plain")


@view_config(route_name="public_pages.sitemap", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def sitemap(request: Request) -> Response:
    """Only pages that exist here."""
    base = request.settings.product.public_url
    pages = [f"<url><loc>{escape(base)}/</loc><changefreq>weekly</changefreq></url>"]
    pages = pages if request.settings.product.landing_page else []
    pages += [
        f"<url><loc>{escape(base)}/{text.name}</loc><lastmod>{text.changed_at:%Y-%m-%d}</lastmod>"
        "<changefreq>weekly</changefreq></url>"
        for text in request.public_texts
    ]
    body = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *pages,
            "</urlset>\n",
        ]
    )
    return _file(body, "application/xml")


def _file(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type, charset="utf-8")
    response.headers["Cache-Control"] = CACHED
    return response

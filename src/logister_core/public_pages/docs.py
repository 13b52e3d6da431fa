"""Old addresses of the documentation lead to where it is now (specification, web chapter §5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPMovedPermanently, HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

if TYPE_CHECKING:
    from logister_core.types import Request

PAGES = frozenset(
    {
        "api-reference",
        "cli",
        "clickhouse",
        "deployment",
        "getting-started",
        "github-app",
        "http-api",
        "integrations/cfml",
        "integrations/dotnet",
        "integrations/javascript",
        "integrations/python",
        "integrations/ruby",
        "local-development",
        "metrics",
        "product",
        "self-hosting",
    }
)


@view_config(route_name="public_pages.docs", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def start(request: Request) -> HTTPMovedPermanently:
    return HTTPMovedPermanently(location=f"{request.settings.product.docs_url}/")


@view_config(route_name="public_pages.docs_page", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def page(request: Request) -> HTTPMovedPermanently:
    name = request.matchdict["page"].removesuffix("/")
    if name and name not in PAGES:
        raise HTTPNotFound
    return HTTPMovedPermanently(location=f"{request.settings.product.docs_url}/{f'{name}/' if name else ''}")

"""The address without a path, and the operator's texts (specification, web chapter §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from logister_core.projects.kinds import offered
from logister_core.public_pages.texts import Texts

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(
    route_name="web.root",
    request_method="GET",
    renderer="templates/landing.pt",
    permission=NO_PERMISSION_REQUIRED,
)
def root(request: Request) -> Any:
    """Signed in: the projects. Strangers get to know the product where the operator wants that, else they sign in."""
    if request.user is not None:
        return HTTPSeeOther(location=request.route_url("projects.index"))
    if not request.settings.product.landing_page:
        return HTTPSeeOther(location=request.route_url("accounts.sign_in"))
    return {"clients": [label for _, label, _ in offered()], "docs": request.settings.product.docs_url}


@view_config(
    route_name="public_pages.text",
    request_method="GET",
    renderer="templates/text.pt",
    permission=NO_PERMISSION_REQUIRED,
)
def text(request: Request) -> dict[str, Any]:
    found = request.find_service(Texts).find(request.matchdict["name"])
    if found is None:
        raise HTTPNotFound
    return {"text": found}

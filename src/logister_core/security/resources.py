"""The context of pages that do not belong to one project."""

from __future__ import annotations

from typing import Any, ClassVar

from pyramid.authorization import Allow, Authenticated
from pyramid.httpexceptions import HTTPSeeOther

from logister_core.accounts.administrators import administers
from logister_core.security.permissions import ADMINISTER, SIGNED_IN
from logister_core.security.policy import ADMINISTRATOR


class ApplicationRoot:
    __acl__: ClassVar[list[tuple[str, str, str]]] = [
        (Allow, Authenticated, SIGNED_IN),
        (Allow, ADMINISTRATOR, ADMINISTER),
    ]

    def __init__(self, request: Any) -> None:
        self.request = request


class AdministrationRoot(ApplicationRoot):
    """Root factory of what application administrators see: others who are signed in are led to the start page."""

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        if request.user is not None and not administers(request.user, request.settings.product.admin_emails):
            raise led_home(request)


def led_home(request: Any) -> HTTPSeeOther:
    """The answer to somebody without the administrator right; it is said above the start page."""
    request.flash("alert", "Only application administrators can open that page.")
    return HTTPSeeOther(location=request.route_path("web.root"))

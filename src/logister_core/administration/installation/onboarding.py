"""The first administrator sees to the installation before anything else (specification, accounts chapter §9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPSeeOther

from logister_core.accounts.administrators import administers
from logister_core.installation.models import Installation

if TYPE_CHECKING:
    from logister_core.types import Request

# What is open all the same: the pages that it is about, accounts, and what is no page for people.
OPEN: Final = (
    "/admin/installation",
    "/api/",
    "/health/",
    "/profile",
    "/setup",
    "/static/",
    "/up",
    "/users/",
    "/_styleguide",
)
OPEN_ROUTES: Final = ("public_pages.", "accounts.", "audit.")


class Onboarding:
    """Subscriber to ContextFound. Once the set-up is complete, or was never asked for, it costs nothing."""

    def __init__(self) -> None:
        self._over = False

    def forget(self) -> None:
        """Look again next time, whatever was seen."""
        self._over = False

    def __call__(self, event: Any) -> None:
        request: Request = event.request
        if self._over or _is_open(request) or request.user is None:
            return
        if not administers(request.user, request.settings.product.admin_emails):
            return
        installation = request.db.get_one(Installation, 1)
        # Neither can turn back. Before the claim nothing is known yet.
        self._over = installation.claimed_at is not None and not installation.onboarding_required
        if installation.onboarding_required:
            request.flash("alert", "Finish the set-up of this installation first.")
            raise HTTPSeeOther(location=request.route_path("administration.installation"))


def _is_open(request: Request) -> bool:
    path: str = request.environ.get("PATH_INFO", "")
    name = request.matched_route.name if request.matched_route else ""
    return path.startswith(OPEN) or not name or name.startswith(OPEN_ROUTES)

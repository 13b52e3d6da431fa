"""The context of addresses that name a deletion; the project may be gone by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.authorization import Allow, Authenticated
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from sqlalchemy import select

from logister_core.accounts.administrators import administers
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import OWN

if TYPE_CHECKING:
    from logister_core.types import Request


class PurgeContext:
    """One deletion, for who asked for it, the project's owner and application administrators; 404 for others."""

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        uuid = canonical_uuid(request.matchdict["purge"])
        found = None if uuid is None else request.db.scalar(select(ProjectPurge).where(ProjectPurge.uuid == uuid))
        if found is None or not _may_see(request, found):
            raise HTTPNotFound
        self.request = request
        self.purge = found

    @property
    def __acl__(self) -> list[tuple[str, str, str]]:
        return [(Allow, Authenticated, OWN)]


def _may_see(request: Request, purge: ProjectPurge) -> bool:
    user = request.user
    assert user is not None  # noqa: S101 - asked before
    if purge.requested_by_id == user.id or administers(user, request.settings.product.admin_emails):
        return True
    owner = request.db.scalar(select(Project.owner_id).where(Project.id == purge.project_id))
    return owner == user.id

"""The context of addresses that name one membership."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

from logister_core.projects.members.queries import membership_of
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.types import Request


class MemberContext(ProjectContext):
    """A project and one of its memberships; a membership of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        uuid = canonical_uuid(request.matchdict["member"])
        found = None if uuid is None else membership_of(request.db, self.project, uuid)
        if found is None:
            raise HTTPNotFound
        self.membership = found

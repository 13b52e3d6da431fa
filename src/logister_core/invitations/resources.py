"""The contexts of addresses that name one invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound

from logister_core.invitations.services import Invitations
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid
from logister_core.security.resources import AdministrationRoot

if TYPE_CHECKING:
    from logister_core.invitations.models import Invitation
    from logister_core.projects.models import Project
    from logister_core.types import Request


class InvitationContext(ProjectContext):
    """A project and one of its invitations; one of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.invitation = _found(request, "invitation", self.project)


class AccountInvitationContext(AdministrationRoot):
    """An invitation to have an account; those to projects are 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        if request.user is None:
            raise HTTPForbidden
        self.invitation = _found(request, "account_invitation", None)


def _found(request: Request, part: str, project: Project | None) -> Invitation:
    uuid = canonical_uuid(request.matchdict[part])
    invitation: Invitation | None = None if uuid is None else request.find_service(Invitations).find(project, uuid)
    if invitation is None:
        raise HTTPNotFound
    return invitation

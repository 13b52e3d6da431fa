"""Invitations: links that let somebody into a project, or make an account where strangers cannot sign up."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.administration.tabs import add_tab
    from logister_core.invitations.actors import remove_old_invitations, send_invitations
    from logister_core.invitations.resources import AccountInvitationContext, InvitationContext
    from logister_core.invitations.services import Invitations
    from logister_core.projects.resources import ProjectContext
    from logister_core.security.resources import AdministrationRoot

    config.register_service_factory(Invitations.from_request, Invitations)
    config.add_audit_actions(
        {
            "account.created": "Account created",
            "invitation.created": "Invitation made",
            "invitation.revoked": "Invitation taken back",
            "invitation.accepted": "Invitation accepted",
        }
    )
    of_project, of_account = "/projects/{project}/invitations", "/admin/invitations"
    config.add_route("invitations.of_project", of_project, factory=ProjectContext)
    config.add_route("invitations.revoke", f"{of_project}/{{invitation}}/revoke", factory=InvitationContext)
    config.add_route("invitations.of_accounts", of_account, factory=AdministrationRoot)
    config.add_route(
        "invitations.revoke_account", f"{of_account}/{{account_invitation}}/revoke", factory=AccountInvitationContext
    )
    config.add_route("invitations.open", "/invitations/open")
    config.add_route("invitations.accept", "/invitations/accept")
    config.add_route("invitations.sign_up", "/invitations/sign_up")
    config.add_recurring_job("invitation_mails", send_invitations, every=timedelta(minutes=1))
    config.add_recurring_job("invitations_cleanup", remove_old_invitations, at=time(5, 0))
    add_tab(config, "Invitations", "invitations.of_accounts")
    config.scan()

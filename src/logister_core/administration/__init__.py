"""What application administrators see to: the installation and its settings, and the people with accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.administration.tabs import add_tab
    from logister_core.administration.users.resources import PersonContext
    from logister_core.administration.users.services import PeopleService
    from logister_core.security.resources import AdministrationRoot

    config.registry.administration_tabs = []
    add_tab(config, "Users", "administration.users")
    add_tab(config, "Audit log", "audit.index")
    config.add_audit_actions(
        {
            "user.confirmed": "Account confirmed by an administrator",
            "user.deleted": "Account deleted",
            "user.deletion_prepared": "Account to be deleted after its projects",
        }
    )
    config.register_service_factory(PeopleService.from_request, PeopleService)
    config.add_route("administration.users", "/admin/users", factory=AdministrationRoot)
    person = "/admin/users/{user}"
    config.add_route("administration.user", person, factory=PersonContext)
    config.add_route("administration.user.delete", f"{person}/delete", factory=PersonContext)
    config.add_route("administration.user.confirm", f"{person}/confirm", factory=PersonContext)
    config.add_route("administration.user.resend", f"{person}/resend_confirmation", factory=PersonContext)
    config.scan()

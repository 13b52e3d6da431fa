"""What application administrators see to: the installation and its settings, and the people with accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.administration.installation.catalogue import catalogue
    from logister_core.administration.installation.onboarding import Onboarding
    from logister_core.administration.installation.resources import InstallationContext, SectionContext
    from logister_core.administration.installation.self_monitoring import SelfMonitoring
    from logister_core.administration.installation.services import InstallationService
    from logister_core.administration.tabs import add_tab
    from logister_core.administration.users.resources import PersonContext
    from logister_core.administration.users.services import PeopleService
    from logister_core.security.resources import AdministrationRoot

    config.registry.installation_sections = catalogue(config.registry.logister_settings)
    config.registry.administration_tabs = []
    add_tab(config, "Installation", "administration.installation")
    add_tab(config, "Users", "administration.users")
    add_tab(config, "Audit log", "audit.index")
    config.add_audit_actions(
        {
            "installation.completed": "Set-up of the installation completed",
            "installation.self_monitoring": "Project for the installation's own reports chosen",
            "installation.settings_saved": "Settings of the installation changed",
            "user.confirmed": "Account confirmed by an administrator",
            "user.deleted": "Account deleted",
            "user.deletion_prepared": "Account to be deleted after its projects",
        }
    )
    config.register_service_factory(InstallationService.from_request, InstallationService)
    config.register_service_factory(SelfMonitoring.from_request, SelfMonitoring)
    config.register_service_factory(PeopleService.from_request, PeopleService)
    installation = "/admin/installation"
    config.add_route("administration.installation", installation, factory=InstallationContext)
    config.add_route("administration.complete", f"{installation}/complete", factory=InstallationContext)
    own_project = f"{installation}/self-monitoring/project"
    config.add_route("administration.self_monitoring", own_project, factory=InstallationContext)
    config.add_route("administration.section", f"{installation}/{{section}}", factory=SectionContext)
    config.add_route("administration.section.test", f"{installation}/{{section}}/test", factory=SectionContext)
    config.add_route("administration.section.skip", f"{installation}/{{section}}/skip", factory=SectionContext)
    # After those with a name of their own, which win.
    config.add_route("administration.section.action", f"{installation}/{{section}}/{{action}}", factory=SectionContext)
    config.registry.onboarding = Onboarding()
    config.add_subscriber(config.registry.onboarding, "pyramid.events.ContextFound")
    config.add_route("administration.users", "/admin/users", factory=AdministrationRoot)
    person = "/admin/users/{user}"
    config.add_route("administration.user", person, factory=PersonContext)
    config.add_route("administration.user.delete", f"{person}/delete", factory=PersonContext)
    config.add_route("administration.user.confirm", f"{person}/confirm", factory=PersonContext)
    config.add_route("administration.user.reset_factors", f"{person}/reset_second_factors", factory=PersonContext)
    config.add_route("administration.user.resend", f"{person}/resend_confirmation", factory=PersonContext)
    config.scan()

"""Projects: what people create, share and send telemetry to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.projects.members.resources import MemberContext
    from logister_core.projects.members.services import MemberService
    from logister_core.projects.queries import ProjectQuery
    from logister_core.projects.resources import AdministeredProject, ProjectContext, SettingsContext
    from logister_core.projects.services import ProjectService
    from logister_core.projects.shell import shell_projects

    config.register_service_factory(ProjectService.from_request, ProjectService)
    config.register_service_factory(ProjectQuery.from_request, ProjectQuery)
    config.register_service_factory(MemberService.from_request, MemberService)
    config.add_audit_actions(
        {
            "member.added": "Member added",
            "member.role_changed": "Member's role changed",
            "member.removed": "Member removed",
            "project.created": "Project created",
            "project.archived": "Project archived",
            "project.restored": "Project restored",
            "project.rate_limits_changed": "Rate limits of a project changed",
        }
    )
    config.add_request_method(shell_projects, "shell_projects", reify=True)
    config.add_route("projects.index", "/projects")
    config.add_route("projects.new", "/projects/new")
    config.add_route("projects.home", "/projects/{project}", factory=ProjectContext)
    config.add_route("projects.setup", "/projects/{project}/setup", factory=ProjectContext)
    config.add_route("projects.first_event", "/projects/{project}/setup/first_event", factory=ProjectContext)
    config.add_route("projects.archive", "/projects/{project}/archive", factory=ProjectContext)
    config.add_route("projects.restore", "/projects/{project}/restore", factory=ProjectContext)
    config.add_route("projects.settings", "/projects/{project}/settings", factory=SettingsContext)
    config.add_route("projects.edit", "/projects/{project}/edit", factory=ProjectContext)
    members = "/projects/{project}/project_memberships"
    config.add_route("projects.members", members, factory=ProjectContext)
    config.add_route("projects.member", f"{members}/{{member}}", factory=MemberContext)
    config.add_route("projects.member.remove", f"{members}/{{member}}/remove", factory=MemberContext)
    config.add_route("projects.allowed_origins", "/projects/{project}/allowed_origins", factory=ProjectContext)
    config.add_route("projects.rate_limit", "/projects/{project}/rate_limit", factory=AdministeredProject)
    config.scan()

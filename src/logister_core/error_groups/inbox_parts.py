"""What the parts of an inbox page show: the list, and the detail beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from logister_core.error_groups import inbox_empty
from logister_core.error_groups.inbox_address import InboxAddress
from logister_core.error_groups.inbox_page import following, inbox_page, select_group
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.queries import GroupPage, InboxQuery
from logister_core.error_groups.search.parser import parse
from logister_core.error_groups.selection import Selection, fields_of
from logister_core.events.detail import Detail, EventDetails
from logister_core.events.queries import EventQuery
from logister_core.projects.models import Project
from logister_core.projects.people import Person, people_of
from logister_core.projects.queries import KnownProject, ProjectQuery
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.error_groups.listed import ListedGroup
    from logister_core.error_groups.models import ErrorGroup
    from logister_core.types import Request


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looks at which part of which inbox; `params` are those of its address, `project` is None for all of them."""

    scope: InboxScope
    address: InboxAddress
    project: Project | None
    params: Mapping[str, str]

    @property
    def state(self) -> InboxState:
        return self.address.state

    @property
    def group(self) -> UUID | None:
        """The group that is asked for."""
        return canonical_uuid(self.params.get("group_uuid", ""))


def project_of(request: Request) -> Project | None:
    """The one that the address names."""
    return request.context.project if isinstance(request.context, ProjectContext) else None


def reached(request: Request) -> set[int]:
    """Ids of the project that the address names, else of all that the person belongs to."""
    project = project_of(request)
    if project is not None:
        return {project.id}
    assert request.user is not None  # noqa: S101 - the permission says so
    return {found.id for found in ProjectQuery(request.db).accessible(request.user)}


def look(request: Request, project: Project | None, params: Mapping[str, str]) -> Looked:
    assert request.user is not None  # noqa: S101 - the permission says so
    user = request.user
    viewer = Person(user.id, user.uuid, user.name, user.email)
    if project is not None:
        known = KnownProject(project.id, project.name, project.owner_id)
        projects, owner = {project.id: known}, project.uuid
        path = request.route_path("inbox", project=owner)
    else:
        projects = {found.id: found for found in ProjectQuery(request.db).active(user)}
        owner, path = user.uuid, request.route_path("inbox.all")
    scope = InboxScope(owner, projects, people_of(request.db, projects), viewer)
    stated = InboxState.from_params(params)
    search = parse(stated.q)
    state = stated.settled(search, scope.uuids, str(viewer.uuid))
    return Looked(scope, InboxAddress(path, state, search), project, params)


def groups_of(request: Request, looked: Looked) -> GroupPage:
    return request.find_service(InboxQuery).page(looked.scope, looked.state, looked.address.search)


def opened_group(request: Request, looked: Looked, found: GroupPage) -> ErrorGroup | None:
    listed = select_group(found.groups, looked.group, asked="group_uuid" in looked.params)
    return None if listed is None else request.find_service(InboxQuery).opened(listed)


def list_values(request: Request, looked: Looked, found: GroupPage, opened: ErrorGroup | None) -> dict[str, Any]:
    """What list.pt reads."""
    query = request.find_service(InboxQuery)
    counts = query.counts(looked.scope, looked.state)
    empty = None if found.groups else _empty(request, looked, any_groups=counts.any)
    page = inbox_page(
        query,
        looked.scope,
        looked.address,
        found,
        counts=counts,
        opened=opened,
        empty=empty,
        now=request.now,
        selection=Selection.of(request, looked.scope, looked.state, looked.project) if found.groups else None,
        one_project=looked.project is not None,
    )
    return {"page": page, "section_counts": {"inbox": counts.open}, "now": request.now}


def _empty(request: Request, looked: Looked, *, any_groups: bool) -> inbox_empty.EmptyInbox:
    narrowed = inbox_empty.narrowed(looked.address)
    if narrowed is not None:
        return narrowed
    if looked.project is None:
        return inbox_empty.of_projects(
            looked.address,
            len(looked.scope.projects),
            any_groups=any_groups,
            new_project=request.route_path("projects.new"),
        )
    uuid = looked.project.uuid
    return inbox_empty.of_project(
        looked.address,
        request.find_service(InboxQuery).received(looked.scope),
        any_groups=any_groups,
        archived=looked.project.archived_at is not None,
        public_url=request.settings.product.public_url,
        setup=request.route_path("projects.setup", project=uuid),
        activity=f"{request.route_path('projects.home', project=uuid)}/activity",
    )


def detail_values(request: Request, looked: Looked, found: GroupPage, group: ErrorGroup | None) -> dict[str, Any]:
    """What detail.pt reads, of the group's project and not of the list's; a detail of None when no group is open."""
    address, project, detail = looked.address, looked.project, None
    if group is not None:
        project = project or request.db.get_one(Project, group.project_id)
        detail = _detail(request, looked, project, group, following(found.groups, group))
    return {
        "detail": detail,
        "detail_project": project,
        "back": address.here() if looked.state.cursor else address.listing(),
        "back_label": "All errors",
    }


def _detail(
    request: Request, looked: Looked, project: Project, group: ErrorGroup, following: ListedGroup | None
) -> Detail:
    event = request.find_service(EventQuery).in_group(group, canonical_uuid(looked.params.get("event_uuid", "")))

    def href(event: UUID, **more: str) -> str:
        return looked.address.group(group.uuid, event_uuid=str(event), **more)

    fields = fields_of(looked.state, looked.project)
    if following is not None:
        fields.append(("next", str(following.uuid)))
    detail: Detail = request.find_service(EventDetails).build(
        project,
        event,
        group,
        params=looked.params,
        href=href,
        triage=fields,
        people=None if looked.project is None else looked.scope.people,
    )
    return detail

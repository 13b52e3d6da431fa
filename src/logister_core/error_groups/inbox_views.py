"""The inbox of a project and the one over all projects of a person, as pages and as parts for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.error_groups import inbox_empty
from logister_core.error_groups.inbox_address import InboxAddress
from logister_core.error_groups.inbox_page import following, inbox_page, select_group
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.queries import MOST_ARRIVALS, GroupPage, InboxQuery
from logister_core.error_groups.search.offers import offers as search_offers
from logister_core.error_groups.search.parser import parse
from logister_core.events.detail import Detail, EventDetails
from logister_core.events.queries import EventQuery
from logister_core.projects.people import Person, people_of
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import SIGNED_IN, VIEW

if TYPE_CHECKING:
    from logister_core.error_groups.models import ErrorGroup
    from logister_core.projects.models import Project
    from logister_core.types import Request

FRAGMENT = "X-Fragment"
LIST_FRAGMENT = "project_inbox"
DETAIL_FRAGMENT = "error_detail"
_PAGE = "logister_core.error_groups:templates/inbox.pt"
_LIST = "logister_core.error_groups:templates/list.pt"
_DETAIL = "logister_core.events:templates/detail.pt"
# What came longer ago than this is no news: the script asks every half minute.
_NEWS_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Looked:
    """Who looks at which part of which inbox."""

    scope: InboxScope
    address: InboxAddress
    project: Project | None

    @property
    def state(self) -> InboxState:
        return self.address.state


@view_config(route_name="inbox", request_method="GET", permission=VIEW)
@view_config(route_name="inbox.all", request_method="GET", permission=SIGNED_IN)
def inbox(request: Request) -> Response:
    """A part that is not served here is refused rather than replaced by another."""
    fragment = request.headers.get(FRAGMENT)
    if fragment is None:
        values = _page(request)
        response = (_moved(request) if values["detail"] is None else None) or _answer(request, _PAGE, values)
    elif fragment == LIST_FRAGMENT:
        response = _answer(request, _LIST, _list(request))
    elif fragment == DETAIL_FRAGMENT:
        response = _answer(request, _DETAIL, _detail_alone(request))
    else:
        response = Response(status=422)
    response.vary = [FRAGMENT]
    return response


@view_config(route_name="inbox.events", request_method="GET", permission=VIEW)
def old_address(request: Request) -> Response:
    """The list for scripts; everybody else is led to the inbox."""
    if FRAGMENT in request.headers:
        is_list = request.headers[FRAGMENT] == LIST_FRAGMENT
        response = _answer(request, _LIST, _list(request)) if is_list else Response(status=422)
        response.vary = [FRAGMENT]
        return response
    path = request.route_path("inbox", project=request.context.project.uuid)
    return HTTPSeeOther(location=f"{path}?{request.query_string}" if request.query_string else path)


@view_config(route_name="inbox.news", request_method="GET", renderer="json", permission=VIEW)
@view_config(route_name="inbox.all.news", request_method="GET", renderer="json", permission=SIGNED_IN)
def news(request: Request) -> dict[str, Any]:
    """How many groups came to the list since `since`, and the words that say so; the words are empty for none."""
    looked, since = _looked(request), _moment(request.GET.get("since", ""))
    earliest = request.now - _NEWS_FOR
    number = request.find_service(InboxQuery).arrived(
        looked.scope, looked.state, looked.address.search, max(since or earliest, earliest)
    )
    if not number:
        return {"groups": 0, "text": ""}
    more = " or more" if number == MOST_ARRIVALS else ""
    return {"groups": number, "text": f"{number}{more} new {'group' if number == 1 else 'groups'}"}


@view_config(route_name="inbox.offers", request_method="GET", renderer="json", permission=VIEW)
@view_config(route_name="inbox.all.offers", request_method="GET", renderer="json", permission=SIGNED_IN)
def offers(request: Request) -> list[dict[str, Any]]:
    """What the search can be completed with."""
    return search_offers(request.db, _looked(request).scope)


def _looked(request: Request) -> _Looked:
    assert request.user is not None  # noqa: S101 - the permission says so
    user = request.user
    viewer = Person(user.id, user.uuid, user.name, user.email)
    if isinstance(request.context, ProjectContext):
        project: Project | None = request.context.project
        projects, owner = {request.context.project.id: request.context.project}, request.context.project.uuid
        path = request.route_path("inbox", project=owner)
    else:
        project, owner = None, user.uuid
        projects = {found.id: found for found in ProjectQuery(request.db).accessible(user, archived=False)}
        path = request.route_path("inbox.all")
    scope = InboxScope(owner, projects, people_of(request.db, projects), viewer)
    stated = InboxState.from_params(request.GET)
    search = parse(stated.q)
    state = stated.settled(search, scope.uuids, str(viewer.uuid))
    return _Looked(scope, InboxAddress(path, state, search), project)


def _found(request: Request, looked: _Looked) -> GroupPage:
    return request.find_service(InboxQuery).page(looked.scope, looked.state, looked.address.search)


def _page(request: Request) -> dict[str, Any]:
    looked = _looked(request)
    found = _found(request, looked)
    opened = _opened(request, found)
    detail = None if opened is None else _detail(request, looked, opened, following(found.groups, opened))
    values = _values(request, looked, found, opened)
    return values | {
        "project": looked.project,
        "section": "inbox",
        "owns": looked.project is not None and request.context.owns,
        "chosen": "group_uuid" in request.GET,
        **_beside(looked, opened, detail),
    }


def _moved(request: Request) -> Response | None:
    """To the error that the one asked for became part of."""
    wanted, looked = canonical_uuid(request.GET.get("group_uuid", "")), _looked(request)
    whole = None if wanted is None else request.find_service(InboxQuery).merged_into(looked.scope, wanted)
    if whole is None:
        return None
    parameters = urlencode({"filter": "all", "group_uuid": str(whole.uuid)})
    return HTTPSeeOther(location=f"{looked.address.path}?{parameters}")


def _list(request: Request) -> dict[str, Any]:
    looked = _looked(request)
    found = _found(request, looked)
    return _values(request, looked, found, _opened(request, found))


def _detail_alone(request: Request) -> dict[str, Any]:
    """Of the group asked for, also when it left the list since."""
    looked = _looked(request)
    uuid = canonical_uuid(request.GET.get("group_uuid", ""))
    found = _found(request, looked)
    group = select_group(found.groups, uuid, asked=True)
    if group is None and uuid is not None:
        query = request.find_service(InboxQuery)
        group = query.one(looked.scope, uuid) or query.merged_into(looked.scope, uuid)
    if group is None:
        raise HTTPNotFound
    detail = _detail(request, looked, group, following(found.groups, group))
    values = _beside(looked, group, detail)
    return values | {"project": values["detail_project"], "now": request.now}


def _opened(request: Request, found: GroupPage) -> ErrorGroup | None:
    wanted = canonical_uuid(request.GET.get("group_uuid", ""))
    return select_group(found.groups, wanted, asked="group_uuid" in request.GET)


def _values(request: Request, looked: _Looked, found: GroupPage, opened: ErrorGroup | None) -> dict[str, Any]:
    """What list.pt reads."""
    query = request.find_service(InboxQuery)
    counts = query.counts(looked.scope, looked.state)
    empty = None if found.groups else _empty(request, looked, any_groups=bool(counts.lists["all"]))
    page = inbox_page(
        query,
        looked.scope,
        looked.address,
        found,
        counts=counts,
        opened=opened,
        empty=empty,
        now=request.now,
        one_project=looked.project is not None,
    )
    return {"page": page, "section_counts": {"inbox": counts.open}, "now": request.now}


def _empty(request: Request, looked: _Looked, *, any_groups: bool) -> inbox_empty.EmptyInbox:
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
        public_url=request.settings.product.public_url,
        setup=request.route_path("projects.setup", project=uuid),
        activity=f"{request.route_path('projects.home', project=uuid)}/activity",
    )


def _beside(looked: _Looked, group: ErrorGroup | None, detail: Detail | None) -> dict[str, Any]:
    """What detail.pt reads; its project is the group's."""
    address = looked.address
    return {
        "detail": detail,
        "detail_project": None if group is None else looked.scope.projects[group.project_id],
        "back": address.here() if looked.state.cursor else address.listing(),
        "back_label": "All errors",
    }


def _detail(request: Request, looked: _Looked, group: ErrorGroup, following: ErrorGroup | None) -> Detail:
    event = request.find_service(EventQuery).in_group(group, canonical_uuid(request.GET.get("event_uuid", "")))

    def href(event: UUID, **more: str) -> str:
        return looked.address.group(group.uuid, event_uuid=str(event), **more)

    fields = list(looked.state.parameters().items())
    if looked.project is None:
        # The way back leads to the list over all projects.
        fields.append(("inbox", "all"))
    if following is not None:
        fields.append(("next", str(following.uuid)))
    detail: Detail = request.find_service(EventDetails).build(
        looked.scope.projects[group.project_id], event, group, params=request.GET, href=href, triage=fields
    )
    return detail


def _answer(request: Request, template: str, values: dict[str, Any]) -> Response:
    response: Response = render_to_response(template, values, request)
    return response


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

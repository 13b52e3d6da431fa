"""The inbox of a project and the one over all projects of a person, as pages and as parts for scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.error_groups.inbox_page import select_group
from logister_core.error_groups.inbox_parts import (
    Looked,
    detail_values,
    groups_of,
    list_values,
    look,
    opened_group,
    project_of,
)
from logister_core.error_groups.queries import MOST_ARRIVALS, InboxQuery
from logister_core.error_groups.search.offers import offers as search_offers
from logister_core.security.permissions import SIGNED_IN, VIEW
from logister_core.web.fragments import DETAIL_FRAGMENT, FRAGMENT, LIST_FRAGMENT

if TYPE_CHECKING:
    from logister_core.types import Request

_PAGE = "logister_core.error_groups:templates/inbox.pt"
_LIST = "logister_core.error_groups:templates/list.pt"
_DETAIL = "logister_core.events:templates/detail.pt"
# What came longer ago than this is no news: the script asks every half minute.
_NEWS_FOR = timedelta(hours=24)


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


def _looked(request: Request) -> Looked:
    return look(request, project_of(request), request.GET)


def _page(request: Request) -> dict[str, Any]:
    looked = _looked(request)
    found = groups_of(request, looked)
    group = opened_group(request, looked, found)
    return {
        **list_values(request, looked, found, group),
        **detail_values(request, looked, found, group),
        "project": looked.project,
        "section": "inbox",
        "owns": looked.project is not None and request.context.owns,
        "chosen": "group_uuid" in request.GET,
    }


def _moved(request: Request) -> Response | None:
    """To the error that the one asked for became part of."""
    looked = _looked(request)
    whole = None if looked.group is None else request.find_service(InboxQuery).merged_into(looked.scope, looked.group)
    if whole is None:
        return None
    parameters = urlencode({"filter": "all", "group_uuid": str(whole.uuid)})
    return HTTPSeeOther(location=f"{looked.address.path}?{parameters}")


def _list(request: Request) -> dict[str, Any]:
    looked = _looked(request)
    found = groups_of(request, looked)
    return list_values(request, looked, found, opened_group(request, looked, found))


def _detail_alone(request: Request) -> dict[str, Any]:
    """Of the group asked for, also when it left the list since."""
    looked = _looked(request)
    found = groups_of(request, looked)
    listed, query = select_group(found.groups, looked.group, asked=True), request.find_service(InboxQuery)
    group = None if listed is None else query.opened(listed)
    if group is None and looked.group is not None:
        group = query.one(looked.scope, looked.group) or query.merged_into(looked.scope, looked.group)
    if group is None:
        raise HTTPNotFound
    values = detail_values(request, looked, found, group)
    return values | {"project": values["detail_project"], "now": request.now}


def _answer(request: Request, template: str, values: dict[str, Any]) -> Response:
    response: Response = render_to_response(template, values, request)
    return response


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

"""The form and the buttons of an error's links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config

from logister_core.error_groups.answers import answered
from logister_core.error_groups.decisions import Done
from logister_core.error_groups.links.service import LinkService
from logister_core.error_groups.triage_views import locked_group, tell
from logister_core.errors import Refused
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.types import Request


@view_config(route_name="error_groups.links", request_method="POST", permission=VIEW)
@answered()
def attach(request: Request) -> UUID:
    group = locked_group(request)
    try:
        link = request.find_service(LinkService).attach(group, request.POST.get("error_group_external_link[url]", ""))
    except Refused as refusal:
        raise Refused({"url": f"the address {refusal.problems['url']}."}) from None
    tell(request, Done([group], f"Attached {link.title}."))
    uuid: UUID = group.uuid
    return uuid


@view_config(route_name="error_groups.link", request_method="DELETE", permission=VIEW)
@view_config(route_name="error_groups.link.delete", request_method="POST", permission=VIEW)
@answered()
def remove(request: Request) -> UUID:
    group, uuid = locked_group(request), canonical_uuid(request.matchdict["link"])
    link = None if uuid is None else request.find_service(LinkService).remove(group, uuid)
    if link is None:
        raise HTTPNotFound
    tell(request, Done([group], f"Removed {link.title}."))
    opened: UUID = group.uuid
    return opened

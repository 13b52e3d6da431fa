"""Where a person goes after a decision: back to where the button stood."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from logister_core.error_groups.inbox_parts import project_of
from logister_core.error_groups.inbox_state import InboxState
from logister_core.security.inputs import canonical_uuid
from logister_core.security.targets import local_target

if TYPE_CHECKING:
    from logister_core.types import Request


def way_back(request: Request, group: UUID | None = None) -> str:
    """The event's own page, else the inbox as the form's fields tell it, with `group` or the next one open."""
    project = project_of(request)
    event = canonical_uuid(request.POST.get("event_uuid", ""))
    if event is not None and project is not None:
        return request.route_path("events.show", project=project.uuid, event=event)
    parameters = InboxState.from_params(request.POST).parameters()
    opened = group or canonical_uuid(request.POST.get("next", ""))
    if opened is not None:
        parameters["group_uuid"] = str(opened)
    if project is None or request.POST.get("inbox") == "all":
        return request.route_path("inbox.all", _query=parameters)
    return request.route_path("inbox", project=project.uuid, _query=parameters)


def page_before(request: Request, group: UUID | None) -> str:
    """The page the form stood on, as the browser tells; an inbox with `group` open, if there is one."""
    parts = urlsplit(request.referer or "")
    path = local_target(parts.path)
    ours = {urlsplit(url).netloc for url in (request.host_url, request.settings.product.public_url)}
    if path is None or parts.netloc not in ours:
        project = project_of(request)
        inbox = (
            request.route_path("inbox.all") if project is None else request.route_path("inbox", project=project.uuid)
        )
        path, parts = inbox, urlsplit("")
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    if group is not None and path.endswith("/inbox"):
        parameters["group_uuid"] = str(group)
        parameters.pop("event_uuid", None)
    return f"{path}?{urlencode(parameters)}" if parameters else path

"""The audit log, for application administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.view import view_config

from logister_core.accounts.services import normal_email
from logister_core.administration.tabs import frame_values
from logister_core.audit.queries import AuditFilters, AuditPage, AuditQuery
from logister_core.security.inputs import one_line
from logister_core.security.permissions import ADMINISTER

if TYPE_CHECKING:
    from logister_core.types import Request

FILTER_LENGTH = 255
# Of ids in the database, so that no other number reaches it.
_ID_DIGITS = 18


@view_config(route_name="audit.index", request_method="GET", permission=ADMINISTER, renderer="templates/index.pt")
def index(request: Request) -> dict[str, Any]:
    actions = request.registry.audit_actions
    action = request.GET.get("action", "")
    filters = AuditFilters(
        action=action if action in actions else "",
        person=normal_email(one_line(request.GET.get("person")))[:FILTER_LENGTH],
    )
    page = request.find_service(AuditQuery).page(filters, before=_id(request, "before"), after=_id(request, "after"))
    address = request.route_path("audit.index")
    return {
        "filters": filters,
        "actions": [("", "All"), *sorted(actions.items(), key=lambda item: item[1])],
        "page": page,
        "address": address,
        **_links(request, filters, page),
        **frame_values(request, "Audit log"),
    }


def _links(request: Request, filters: AuditFilters, page: AuditPage) -> dict[str, str | None]:
    asked = {name: value for name, value in (("action", filters.action), ("person", filters.person)) if value}

    def link(name: str, entry: int | None) -> str | None:
        return None if entry is None else request.route_path("audit.index", _query={**asked, name: str(entry)})

    return {"newer": link("after", page.newer), "older": link("before", page.older)}


def _id(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS else None

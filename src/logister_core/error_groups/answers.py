"""What follows a decision: the page where its button stood, or for scripts the parts of it that changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING
from uuid import UUID

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from logister_core.error_groups.inbox_parts import (
    detail_values,
    groups_of,
    list_values,
    look,
    opened_group,
    project_of,
)
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.way_back import way_back
from logister_core.errors import Refused
from logister_core.security.inputs import canonical_uuid
from logister_core.web.fragments import FRAGMENT, LIST_FRAGMENT

if TYPE_CHECKING:
    from logister_core.types import Request

# Does something and returns the group that is to be open then; None: the one that the form names as next.
Decision = Callable[["Request"], UUID | None]
_PARTS = "logister_core.error_groups:templates/decided.pt"


def answered(
    back: Callable[[Request, UUID | None], str] = way_back,
) -> Callable[[Decision], Callable[[Request], Response]]:
    """A view of a decision. `back` tells the address to go to; refusals become a message."""

    def answering(decision: Decision) -> Callable[[Request], Response]:
        @wraps(decision)
        def view(request: Request) -> Response:
            fragment = request.headers.get(FRAGMENT)
            if fragment not in (None, LIST_FRAGMENT):
                return Response(status=422)
            status, opened = 200, None
            try:
                opened = decision(request)
            except Refused as refusal:
                # The error that it was about stays open.
                status, opened = 422, canonical_uuid(request.matchdict.get("group", ""))
                request.flash("alert", f"Nothing was changed: {' '.join(refusal.problems.values())}")
            if fragment is None:
                return HTTPSeeOther(location=back(request, opened))
            return _parts(request, status, opened)

        return view

    return answering


def _parts(request: Request, status: int, opened: UUID | None) -> Response:
    """The list, its counts, the detail beside it and what there is to say; after a refusal that alone."""
    values = {"refused": status != 200, "flashes": request.flash_store.take()}
    if status == 200:
        # Some of it was changed past the objects that the session has.
        request.db.flush()
        request.db.expire_all()
        params = InboxState.from_params(request.POST).parameters()
        group = opened or canonical_uuid(request.POST.get("next", ""))
        if group is not None:
            params["group_uuid"] = str(group)
        project = None if request.POST.get("inbox") == "all" else project_of(request)
        looked = look(request, project, params)
        found = groups_of(request, looked)
        shown = opened_group(request, looked, found)
        values |= list_values(request, looked, found, shown) | detail_values(request, looked, found, shown)
        values["project"] = project
    response: Response = render_to_response(_PARTS, values, request)
    response.status_int = status
    return response

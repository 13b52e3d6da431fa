"""What the application bar knows of projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from logister_core.projects.kinds import kind_label
from logister_core.projects.queries import MOST_FIRST, ProjectQuery
from logister_core.security.cookies import RECENT, cookie_jar
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.types import Request

SHOWN = 20
REMEMBERED_SECONDS = 90 * 86_400


@dataclass(frozen=True, slots=True)
class ShellProject:
    uuid: UUID
    name: str
    integration_kind: str
    kind: str


def shell_projects(request: Request) -> list[ShellProject]:
    """The person's active projects, those looked at last first, then the newest, at most 20; none for strangers.

    The browser remembers which were looked at, because looking writes nothing.
    """
    if request.user is None:
        return []
    projects = ProjectQuery(request.db).recent(request.user, _remember(request), SHOWN)
    return [ShellProject(uuid, name, kind, kind_label(kind)) for uuid, name, kind in projects]


def _remember(request: Request) -> list[UUID]:
    """The projects looked at last, that of this page first; unsigned, for whoever asks gets their own projects only."""
    cookie = cookie_jar(request.settings)(RECENT)
    before = [canonical_uuid(text) for text in (cookie.value(request) or "").split(".")[:MOST_FIRST]]
    current = getattr(getattr(request.context, "project", None), "uuid", None)
    recent = list(dict.fromkeys(uuid for uuid in (current, *before) if uuid is not None))[:MOST_FIRST]
    if recent != before:
        header = cookie.header(".".join(map(str, recent)), max_age=REMEMBERED_SECONDS)
        request.add_response_callback(lambda request, response: response.headerlist.append(header))
    return recent

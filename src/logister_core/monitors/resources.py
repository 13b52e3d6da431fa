"""The context of addresses that name one monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

from logister_core.monitors.services import MonitorService
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.types import Request


class MonitorContext(ProjectContext):
    """A project and one of its monitors, locked; a monitor of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        uuid = canonical_uuid(request.matchdict["monitor"])
        found = None if uuid is None else request.find_service(MonitorService).find(self.project, uuid)
        if found is None:
            raise HTTPNotFound
        self.monitor = found

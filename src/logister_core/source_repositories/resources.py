"""The context of addresses that name one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid
from logister_core.source_repositories.queries import SourceRepositoryQuery

if TYPE_CHECKING:
    from logister_core.types import Request


class SourceRepositoryContext(ProjectContext):
    """A project and one of its repositories; a repository of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        uuid = canonical_uuid(request.matchdict["repository"])
        found = None if uuid is None else SourceRepositoryQuery(request.db).find(self.project, uuid)
        if found is None:
            raise HTTPNotFound
        self.repository = found

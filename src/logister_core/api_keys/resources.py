"""The context of addresses that name one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

from logister_core.api_keys.queries import key_of
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.types import Request


class ApiKeyContext(ProjectContext):
    """A project and one of its keys; a key of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        uuid = canonical_uuid(request.matchdict["key"])
        found = None if uuid is None else key_of(request.db, self.project, uuid)
        if found is None:
            raise HTTPNotFound
        self.api_key = found

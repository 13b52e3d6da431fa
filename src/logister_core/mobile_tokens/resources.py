"""The context of addresses that name one mobile token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

from logister_core.mobile_tokens.queries import token_of
from logister_core.projects.resources import ProjectContext
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.types import Request


class MobileTokenContext(ProjectContext):
    """A project and one of its tokens; a token of another project is 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        uuid = canonical_uuid(request.matchdict["token"])
        found = None if uuid is None else token_of(request.db, self.project, uuid)
        if found is None:
            raise HTTPNotFound
        self.mobile_token = found

"""The context of addresses that name one CLI token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound

from logister_core.cli_access.queries import token_of
from logister_core.security.inputs import canonical_uuid
from logister_core.security.resources import ApplicationRoot

if TYPE_CHECKING:
    from logister_core.types import Request


class CliTokenContext(ApplicationRoot):
    """A token of who asks; those of others are 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        if request.user is None:
            raise HTTPForbidden
        uuid = canonical_uuid(request.matchdict["cli_token"])
        found = None if uuid is None else token_of(request.db, request.user, uuid)
        if found is None:
            raise HTTPNotFound
        self.cli_token = found

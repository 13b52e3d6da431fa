"""The context of addresses that name one passkey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from sqlalchemy import select

from logister_core.second_factors.models import Passkey
from logister_core.security.inputs import canonical_uuid
from logister_core.security.resources import ApplicationRoot

if TYPE_CHECKING:
    from logister_core.types import Request


class PasskeyContext(ApplicationRoot):
    """A passkey of who asks; those of others are 404."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        if request.user is None:
            raise HTTPForbidden
        uuid = canonical_uuid(request.matchdict["passkey"])
        found = select(Passkey).where(Passkey.uuid == uuid, Passkey.user_id == request.user.id)
        passkey = None if uuid is None else request.db.scalar(found)
        if passkey is None:
            raise HTTPNotFound
        self.passkey = passkey

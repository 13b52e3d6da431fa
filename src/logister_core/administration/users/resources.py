"""The context of addresses that name a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from sqlalchemy import select

from logister_core.accounts.models import User
from logister_core.security.inputs import canonical_uuid
from logister_core.security.resources import AdministrationRoot

if TYPE_CHECKING:
    from logister_core.types import Request


class PersonContext(AdministrationRoot):
    """404 when there is no such person."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        if request.user is None:
            # Before anybody is looked for: who has an account is nothing for strangers.
            raise HTTPForbidden
        uuid = canonical_uuid(request.matchdict["user"])
        person = None if uuid is None else request.db.scalar(select(User).where(User.uuid == uuid))
        if person is None:
            raise HTTPNotFound
        self.person = person

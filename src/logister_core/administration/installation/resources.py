"""The contexts of the installation's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from sqlalchemy.orm import Session

from logister_core.db import READING_METHODS
from logister_core.db.sessions import write_transaction
from logister_core.installation.models import Installation
from logister_core.installation.setup_token import discard_setup_token
from logister_core.security.resources import AdministrationRoot

if TYPE_CHECKING:
    from logister_core.types import Request


class InstallationContext(AdministrationRoot):
    """Whoever administers and comes here first claims an installation that nobody has claimed.

    Nothing is asked of them: it is one that was there before it had such pages.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        if request.user is None:
            raise HTTPForbidden
        if request.db.get_one(Installation, 1).claimed_at is None:
            _claim(request)


class SectionContext(InstallationContext):
    """404 when there is no such section."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        section = request.registry.installation_sections.named(request.matchdict["section"])
        if section is None:
            raise HTTPNotFound
        self.section = section


def _claim(request: Request) -> None:
    if request.method in READING_METHODS:
        # The request's own transaction promised not to write.
        with write_transaction(request.registry.engine) as db:
            _claim_in(db, request)
    else:
        _claim_in(request.db, request)
    discard_setup_token(request.settings)


def _claim_in(db: Session, request: Request) -> None:
    installation = db.get_one(Installation, 1, with_for_update=True, populate_existing=True)
    if installation.claimed_at is None and request.user is not None:
        installation.claimed_at = request.now
        installation.claimed_by_user_id = request.user.id

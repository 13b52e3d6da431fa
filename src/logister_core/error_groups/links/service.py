"""Attaching and removing links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.recording import Action, change
from logister_core.error_groups.links.address import link_address
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.services import TriageService
from logister_core.errors import Refused

if TYPE_CHECKING:
    from logister_core.types import Request

NO_LINK = "must be a GitHub issue or pull request URL"
TWICE = "is attached to this error already"


class LinkService:
    def __init__(self, session: Session, action: Action) -> None:
        self._session = session
        self._action = action

    @classmethod
    def from_request(cls, context: object, request: Request) -> LinkService:
        return cls(request.db, request.find_service(TriageService).action)

    def attach(self, group: ErrorGroup, stated: str) -> ErrorGroupLink:
        """Raises `Refused`. The group is locked, so that the same link is not attached twice at once."""
        address = link_address(stated)
        if address is None:
            raise Refused({"url": NO_LINK})
        if any(link.url == address.url for link in links_of(self._session, group)):
            raise Refused({"url": TWICE})
        user = self._action.user
        link = ErrorGroupLink(
            error_group_id=group.id,
            created_by_id=None if user is None else user.id,
            link_type=address.link_type.value,
            url=address.url,
            title=address.title,
            repository_full_name=address.repository,
            external_id=address.number,
            created_at=self._action.at,
        )
        self._session.add(link)
        change(self._session, group, ChangeKind.LINK, {}, self._action, details={"link": link.title})
        return link

    def remove(self, group: ErrorGroup, uuid: UUID) -> ErrorGroupLink | None:
        """The link of that UUID, which is gone; None when the group has none such."""
        link = next((link for link in links_of(self._session, group) if link.uuid == uuid), None)
        if link is not None:
            self._session.delete(link)
            change(self._session, group, ChangeKind.UNLINK, {}, self._action, details={"link": link.title})
        return link


def links_of(session: Session, group: ErrorGroup) -> Sequence[ErrorGroupLink]:
    """Newest first, those of the group's parts included."""
    of_group = or_(ErrorGroup.id == group.id, ErrorGroup.merged_into_id == group.id)
    return session.scalars(
        select(ErrorGroupLink)
        .join(ErrorGroup, ErrorGroup.id == ErrorGroupLink.error_group_id)
        .where(of_group)
        .order_by(ErrorGroupLink.id.desc())
        .options(joinedload(ErrorGroupLink.created_by))
    ).all()

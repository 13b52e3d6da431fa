"""Attaching and removing links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.recording import Action
from logister_core.error_groups.links.address import GITHUB, LinkHost, link_address
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.error_groups.links.undoing import link_change
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.services import TriageService
from logister_core.errors import Refused
from logister_core.source_repositories.models import Provider, SourceRepository

if TYPE_CHECKING:
    from logister_core.types import Request

NO_LINK = "must be a GitHub issue or pull request URL"
NO_LINK_ANYWHERE = "must be the URL of an issue, a pull request or a merge request where a repository is hosted"
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
        hosts = hosts_of(self._session, group.project_id)
        address = link_address(stated, hosts)
        if address is None:
            raise Refused({"url": NO_LINK if len(hosts) == 1 else NO_LINK_ANYWHERE})
        if any(link.url == address.url for link in links_of(self._session, group)):
            raise Refused({"url": TWICE})
        user = self._action.user
        link = ErrorGroupLink(
            error_group_id=group.id,
            created_by_id=None if user is None else user.id,
            provider=address.provider.value,
            link_type=address.link_type.value,
            url=address.url,
            title=address.title,
            repository_full_name=address.repository,
            external_id=address.number,
            created_at=self._action.at,
        )
        self._session.add(link)
        # Its id is among what the history remembers.
        self._session.flush()
        link_change(self._session, group, ChangeKind.LINK, link, self._action)
        return link

    def remove(self, group: ErrorGroup, uuid: UUID) -> ErrorGroupLink | None:
        """The link of that UUID, which is gone; None when the group has none such."""
        link = next((link for link in links_of(self._session, group) if link.uuid == uuid), None)
        if link is not None:
            link_change(self._session, group, ChangeKind.UNLINK, link, self._action)
            self._session.delete(link)
        return link


def hosts_of(session: Session, project_id: int) -> list[LinkHost]:
    """GitHub, and where the project's repositories are hosted."""
    repository = SourceRepository
    rows = session.execute(
        select(repository.provider, repository.web_url)
        .where(repository.project_id == project_id, repository.provider != Provider.TEMPLATE.value)
        .distinct()
        .order_by(repository.provider, repository.web_url)
    )
    found = [LinkHost(Provider(provider), web_url) for provider, web_url in rows]
    return [GITHUB, *(host for host in found if host != GITHUB)]


_OF_GROUP = (
    select(ErrorGroupLink)
    .join(ErrorGroup, ErrorGroup.id == ErrorGroupLink.error_group_id)
    .where(or_(ErrorGroup.id == bindparam("group_id"), ErrorGroup.merged_into_id == bindparam("group_id")))
    .order_by(ErrorGroupLink.id.desc())
    .options(joinedload(ErrorGroupLink.created_by))
)


def links_of(session: Session, group: ErrorGroup) -> Sequence[ErrorGroupLink]:
    """Newest first, those of the group's parts included."""
    return session.scalars(_OF_GROUP, {"group_id": group.id}).all()

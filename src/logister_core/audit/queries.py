"""Reading the audit log, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from logister_core.audit.models import AuditEntry

if TYPE_CHECKING:
    from logister_core.types import Request

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`person` is the address of who acted or was acted upon; blank means all."""

    action: str = ""
    person: str = ""

    @property
    def active(self) -> bool:
        return bool(self.action or self.person)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """`what` and `kind` are words for people, `facts` pairs of words."""

    made_at: datetime
    actor: str
    what: str
    subject: str
    kind: str
    ip: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`newer` and `older` are the ids to go on from, None where there is nothing more."""

    rows: list[AuditRow]
    newer: int | None
    older: int | None


class AuditQuery:
    def __init__(self, session: Session, words: Mapping[str, str]) -> None:
        self._session = session
        self._words = words

    @classmethod
    def from_request(cls, context: object, request: Request) -> AuditQuery:
        return cls(request.db, request.registry.audit_actions)

    def page(self, filters: AuditFilters, *, before: int | None = None, after: int | None = None) -> AuditPage:
        """The entries next to the given id, without it the newest ones."""
        query = _matching(filters)
        if after is not None:
            found = list(
                self._session.scalars(query.where(AuditEntry.id > after).order_by(AuditEntry.id).limit(SHOWN + 1))
            )
            more, found = len(found) > SHOWN, found[:SHOWN][::-1]
            return self._page(found, newer=more, older=bool(found))
        if before is not None:
            query = query.where(AuditEntry.id < before)
        found = list(self._session.scalars(query.order_by(AuditEntry.id.desc()).limit(SHOWN + 1)))
        return self._page(found[:SHOWN], newer=before is not None, older=len(found) > SHOWN)

    def _page(self, entries: list[AuditEntry], *, newer: bool, older: bool) -> AuditPage:
        return AuditPage(
            rows=[self._row(entry) for entry in entries],
            newer=entries[0].id if newer and entries else None,
            older=entries[-1].id if older and entries else None,
        )

    def _row(self, entry: AuditEntry) -> AuditRow:
        return AuditRow(
            made_at=entry.made_at,
            actor=entry.actor_email,
            # Of a plugin that is not there any more.
            what=self._words.get(entry.action, entry.action),
            subject=entry.subject_label,
            kind=entry.subject_kind.replace("_", " "),
            ip=entry.ip,
            facts=[(name.replace("_", " "), _text(value)) for name, value in entry.details.items()],
        )


def _matching(filters: AuditFilters) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if filters.action:
        query = query.where(AuditEntry.action == filters.action)
    if filters.person:
        theirs = and_(AuditEntry.subject_label == filters.person, AuditEntry.subject_kind == "user")
        query = query.where(or_(AuditEntry.actor_email == filters.person, theirs))
    return query


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)

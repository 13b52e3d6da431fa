"""Handing out a stored context without redaction, on the record (grouping chapter §14.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.events.evidence.models import DOWNLOAD, EvidenceAccessAudit
from logister_core.ids import uuid7
from logister_core.ingest.body import context_of
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from logister_core.security.inputs import one_line
from logister_core.security.tokens import Signer
from logister_core.web.formatting import machine_time

if TYPE_CHECKING:
    from logister_core.types import Request

SHORTEST_REASON = 10
LONGEST_REASON = 500
USER_AGENT_LENGTH = 300
PURPOSE = "addresses in evidence audits"


class EvidenceService:
    def __init__(self, session: Session, clock: Callable[[], datetime], signer: Signer) -> None:
        self._session = session
        self._clock = clock
        self._signer = signer

    @classmethod
    def from_request(cls, context: object, request: Request) -> EvidenceService:
        return cls(request.db, request.registry.clock, Signer(request.settings.secret_key, PURPOSE))

    def hand_out(
        self, project: Project, event: IngestEvent, user: User, *, reason: str, address: str, user_agent: str
    ) -> dict[str, Any]:
        """The document of one download, and a row that tells of it. Raises `Refused` with a problem for `reason`."""
        reason = one_line(reason)
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise Refused({"reason": f"Reason must have {SHORTEST_REASON} to {LONGEST_REASON} characters."})
        now = self._clock()
        audit = EvidenceAccessAudit(
            uuid=uuid7(),
            project_id=project.id,
            user_id=user.id,
            ingest_event_uuid=event.uuid,
            ingest_event_occurred_at=event.occurred_at,
            action=DOWNLOAD,
            reason=reason,
            request_metadata={
                "ip_hmac": self._signer.signature(address),
                "user_agent": one_line(user_agent)[:USER_AGENT_LENGTH],
            },
            created_at=now,
        )
        self._session.add(audit)
        return {
            "evidence_access": {
                "audit_uuid": str(audit.uuid),
                "project_uuid": str(project.uuid),
                "event_uuid": str(event.uuid),
                "event_occurred_at": machine_time(event.occurred_at),
                "exported_at": machine_time(now),
                "representation": "stored_unredacted_context",
                "wire_original": False,
            },
            "context": context_of(event.body, self._session),
        }

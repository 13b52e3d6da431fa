"""The order in which a submission is looked at, up to the committed answer.

One object per process, made from the registry; request threads share it.
"""

from __future__ import annotations

from dataclasses import dataclass

from logister_core.ingest.acceptor import Acceptor
from logister_core.ingest.credentials import Credential, Credentials
from logister_core.ingest.errors import IngestError
from logister_core.ingest.normalization import (
    check_in_envelope,
    check_limits,
    decode_json,
    enforce_limits,
    event_envelope,
    normalize_check_in,
    normalize_event,
)
from logister_core.ingest.records import EventRecord, SpanRecord
from logister_core.ingest.rows import RowBuilder, Sender
from logister_core.ingest.submission import Accepted, Submission

# Fills `environment` where the client names none; the same word wherever a missing environment is read.
DEFAULT_ENVIRONMENT = "production"


class Unauthorized(IngestError):
    def __init__(self) -> None:
        super().__init__(401, {"error": "Unauthorized"}, "invalid_api_key")


@dataclass(frozen=True)
class Intake:
    credentials: Credentials
    rows: RowBuilder

    def accept_event(self, body: bytes, sender: Sender, acceptor: Acceptor) -> Accepted:
        """Accept `{"event": {…}}`. Raises `IngestError` with the answer for the client."""
        event = event_envelope(decode_json(body))
        enforce_limits(event, size=len(body))
        record = normalize_event(
            event,
            received_at=sender.received_at,
            default_environment=DEFAULT_ENVIRONMENT,
            mobile=sender.credential.mobile,
        )
        return self._accept(record, sender, acceptor)

    def accept_check_in(self, body: bytes, sender: Sender, acceptor: Acceptor) -> Accepted:
        """Accept `{"check_in": {…}}`."""
        fields = check_in_envelope(decode_json(body))
        check_limits(fields, size=len(body))
        record = normalize_check_in(fields, received_at=sender.received_at, default_environment=DEFAULT_ENVIRONMENT)
        return self._accept(record, sender, acceptor)

    def _accept(self, record: EventRecord | SpanRecord, sender: Sender, acceptor: Acceptor) -> Accepted:
        credential: Credential = sender.credential
        submission = Submission(
            rows=[self.rows.row(record, sender)],
            api_key_id=credential.api_key_id,
            touch_key=self.credentials.due_for_touch(credential),
        )
        [accepted] = acceptor.accept(submission)
        return accepted

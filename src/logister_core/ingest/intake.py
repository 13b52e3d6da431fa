"""From a received body to the committed answer.

One object per process, made from the registry; request threads share it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine

from logister_core.db.sessions import read_transaction
from logister_core.ingest.acceptor import Acceptor
from logister_core.ingest.batch.answers import rejected_batch
from logister_core.ingest.batch.decoding import decode_batch
from logister_core.ingest.batch.reading import decompressed, lines
from logister_core.ingest.credentials import Credential, Credentials
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT, Invalid
from logister_core.ingest.guards import Guards
from logister_core.ingest.normalization import (
    check_in_envelope,
    decode_json,
    enforce_limits,
    event_envelope,
    is_span,
    normalize_check_in,
    normalize_event,
)
from logister_core.ingest.origins import AllowedOrigins
from logister_core.ingest.planning import look_up
from logister_core.ingest.reception import Sender
from logister_core.ingest.records import EventRecord, SpanRecord
from logister_core.ingest.rows import RowBuilder
from logister_core.ingest.submission import Accepted, IdentityTaken, Row, Submission
from logister_core.ingest.usage import Use

# Fills `environment` where the client names none; the same word wherever a missing environment is read.
DEFAULT_ENVIRONMENT: Final = "production"

# Batches that are decoded at the same time. More would only take more memory: one interpreter decodes them.
BATCHES_AT_ONCE: Final = 2


@dataclass(frozen=True)
class BatchLimits:
    events: int
    decompressed_bytes: int

    @property
    def wire_bytes(self) -> int:
        """On the wire a batch may have a quarter, which telemetry easily compresses to."""
        return max(REQUEST_BYTES_LIMIT, self.decompressed_bytes // 4)


@dataclass(frozen=True)
class Intake:
    engine: Engine
    credentials: Credentials
    guards: Guards
    origins: AllowedOrigins
    rows: RowBuilder
    batch_limits: BatchLimits
    _decoding: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(BATCHES_AT_ONCE))

    def forget(self) -> None:
        """Tokens or projects changed in this process: believe nothing that was looked up before."""
        self.credentials.forget()
        self.origins.forget()

    def accept_event(self, body: bytes, sender: Sender, acceptor: Acceptor) -> Accepted:
        """Accept `{"event": {…}}`. Raises `IngestError` with the answer for the client."""
        event = event_envelope(decode_json(body))
        enforce_limits(event, size=len(body))
        return self._accept(self._record(event, sender), sender, acceptor)

    def accept_check_in(self, body: bytes, sender: Sender, acceptor: Acceptor) -> Accepted:
        """Accept `{"check_in": {…}}`."""
        fields = check_in_envelope(decode_json(body))
        record = normalize_check_in(
            fields,
            received_at=sender.received_at,
            default_environment=_default_environment(sender.credential),
            scope=sender.credential.scope,
        )
        return self._accept(record, sender, acceptor)

    def read_batch(self, body: bytes, encoding: str) -> list[dict[str, Any]]:
        """The events of a batch from its bytes on the wire. Raises `BatchError` or `PayloadTooLarge`."""
        with self._decoding:
            plain = decompressed(body, encoding, self.batch_limits.decompressed_bytes)
            return decode_batch(lines(plain), self.batch_limits.events)

    def accept_batch(self, events: Sequence[dict[str, Any]], sender: Sender, acceptor: Acceptor) -> list[Accepted]:
        """Accept all events or none; they are consumed. Raises `InvalidBatch`, or what refuses the whole request."""
        # Asked before, because normalizing changes the events.
        kinds = ["span" if is_span(event) else "event" for event in events]
        errors: dict[int, list[str]] = {}
        rows: dict[int, Row] = {}
        with self._decoding:
            for index, event in enumerate(events):
                try:
                    rows[index] = self.rows.row(self._record(event, sender), sender)
                except Invalid as invalid:
                    errors[index] = invalid.errors
        submission = Submission(list(rows.values()), None if errors else self.use(sender), is_batch=True)
        if not errors:
            try:
                return acceptor.accept(submission)
            except IdentityTaken as taken:
                errors = {position: [sentence] for position, sentence in taken.by_row.items()}
        with read_transaction(self.engine) as db:
            also_refused, known = look_up(db, submission)
        indexes = list(rows)
        for position, sentence in also_refused.items():
            errors.setdefault(indexes[position], [sentence])
        raise rejected_batch(kinds, errors, {indexes[position]: found for position, found in known.items()})

    def use(self, sender: Sender) -> Use | None:
        """What to record of this use of the token; None when a recent one is known."""
        credential = sender.credential
        if not self.credentials.due_for_touch(credential, sender.received_at):
            return None
        return Use(credential.api_key_id, None if credential.scope is None else credential.scope.token_id)

    def _record(self, event: dict[str, Any], sender: Sender) -> EventRecord | SpanRecord:
        credential = sender.credential
        return normalize_event(
            event,
            received_at=sender.received_at,
            default_environment=_default_environment(credential),
            mobile=credential.project.mobile,
            scope=credential.scope,
        )

    def _accept(self, record: EventRecord | SpanRecord, sender: Sender, acceptor: Acceptor) -> Accepted:
        [accepted] = acceptor.accept(Submission([self.rows.row(record, sender)], self.use(sender)))
        return accepted


def _default_environment(credential: Credential) -> str | None:
    """None for a mobile token, which binds everything it sends to its own."""
    return DEFAULT_ENVIRONMENT if credential.scope is None else None

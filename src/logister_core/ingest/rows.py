"""From a normalized record to the row that is written, encoded in the request's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from logister_core.error_groups.grouping import culprit, decide
from logister_core.ids import uuid7
from logister_core.ingest.body import pack_body
from logister_core.ingest.credentials import Credential
from logister_core.ingest.dictionaries import Dictionaries
from logister_core.ingest.known_deployments import KnownDeployments
from logister_core.ingest.normalization import span_uuid
from logister_core.ingest.records import EventRecord, SpanRecord
from logister_core.ingest.stores.base import Store
from logister_core.ingest.submission import Row

if TYPE_CHECKING:
    from logister_core.ingest.reception import Sender

# What a row takes beside its body and message, roughly; only used to bound a transaction.
COLUMNS_SIZE = 400


class RowBuilder:
    def __init__(
        self, store: Store, known_deployments: KnownDeployments, dictionaries: Dictionaries | None = None
    ) -> None:
        """Without `dictionaries` each body is compressed on its own."""
        self._store = store
        self._dictionaries = dictionaries
        self._known_deployments = known_deployments

    def row(self, record: EventRecord | SpanRecord, sender: Sender) -> Row:
        if isinstance(record, SpanRecord):
            return self._span(record, sender)
        return self._event(record, sender)

    def _event(self, record: EventRecord, sender: Sender) -> Row:
        uuid = record.client_uuid or uuid7()
        strategy = key = where = None
        if record.event_type == "error":
            strategy, key = self._grouping(record, sender.credential, uuid)
            where = culprit(record.context)
        body = self._body(record.context, sender)
        values = (
            sender.credential.project.id,
            sender.credential.api_key_id,
            uuid,
            record.occurred_at,
            sender.received_at,
            record.event_type,
            record.precision,
            record.has_source_context and self._known_deployments.is_news(sender.credential.project.id, record),
            record.level,
            record.message,
            record.fingerprint,
            strategy,
            key,
            record.environment,
            record.release,
            record.service,
            record.exception_class,
            where,
            record.trace_id,
            record.request_id,
            record.session_id,
            record.user_id,
            record.transaction_name,
            record.status_code,
            record.duration_ms,
            record.metric_value,
            record.metric_unit,
            record.tags or None,
            body,
        )
        return Row(
            project_id=sender.credential.project.id,
            is_span=False,
            uuid=uuid,
            client_uuid=record.client_uuid is not None,
            natural_uuid=None,
            recorded_at=record.occurred_at,
            encoded=self._store.encode_event(values),
            size=len(body) + len(record.message) + COLUMNS_SIZE,
        )

    def _body(self, context: dict[str, Any], sender: Sender) -> bytes:
        dictionary = None
        if self._dictionaries is not None:
            dictionary = self._dictionaries.of(sender.credential.project.id, context)
        return pack_body(context, ip=sender.ip, user_agent=sender.user_agent, dictionary=dictionary)

    def _grouping(self, record: EventRecord, credential: Credential, uuid: UUID) -> tuple[str, str]:
        decision = decide(
            credential.project.grouping_strategy,
            fingerprint=record.fingerprint,
            message=record.message,
            context=record.context,
            event_uuid=uuid,
        )
        return decision.strategy, decision.key

    def _span(self, record: SpanRecord, sender: Sender) -> Row:
        natural = span_uuid(sender.credential.project.id, record.trace_id, record.span_id)
        uuid = record.client_uuid or natural
        body = self._body(record.context, sender)
        values = (
            sender.credential.project.id,
            sender.credential.api_key_id,
            uuid,
            record.started_at,
            record.ended_at,
            sender.received_at,
            record.trace_id,
            record.span_id,
            record.parent_span_id,
            record.name,
            record.kind,
            record.status,
            record.duration_ms,
            record.environment,
            record.release,
            record.service,
            record.request_id,
            record.transaction_name,
            body,
        )
        return Row(
            project_id=sender.credential.project.id,
            is_span=True,
            uuid=uuid,
            client_uuid=record.client_uuid is not None,
            natural_uuid=natural,
            recorded_at=record.started_at,
            encoded=self._store.encode_span(values),
            size=len(body) + COLUMNS_SIZE,
        )

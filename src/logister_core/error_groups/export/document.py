"""The export of one group, as large as it may be and no larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.bounded_json import bound_json
from logister_core.error_groups.export.parts import (
    Occurrence,
    assignment_object,
    deployment_object,
    event_object,
    frame_object,
    group_object,
    iso,
    link_object,
    project_object,
    repository_object,
    without_ids,
)
from logister_core.error_groups.frames import frames_of
from logister_core.error_groups.links.service import links_of
from logister_core.error_groups.models import ErrorGroup, ErrorOccurrence
from logister_core.error_groups.payload import exception_of
from logister_core.error_groups.policy import RECEIVED_ONLY, REPORTING_INTERVAL
from logister_core.error_groups.request_details import request_details
from logister_core.error_groups.trends import daily_counts, start_of_day
from logister_core.events.queries import LOGS_SHOWN, LOGS_WITHIN, EventQuery
from logister_core.events.related_panel import window_of
from logister_core.events.subject import Subject
from logister_core.ingest.body import context_of
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from logister_core.redaction import redact

MAX_BYTES = 921_600
_MARGIN = 4_096
RECORDS = 50
DAYS = 14
# What holds texts that clients sent.
_OF_CLIENTS = ("error_group", "latest_event", "exception", "request", "occurrences", "related_logs")


class ErrorExport:
    def __init__(self, session: Session, project: Project, group: ErrorGroup, *, now: datetime, address: str) -> None:
        self._session = session
        self._query = EventQuery(session)
        self._project = project
        self._group = group
        self._now = now
        self._address = address

    def json(self, *, with_records: bool) -> bytes:
        """At most `MAX_BYTES`; says in itself what was left out."""
        event = self._query.in_group(self._group, None)
        subject = self._query.subject(self._project, event, self._group)
        records = self._records(RECORDS if with_records else 1)
        latest = next((record for record in records if event is not None and record.event.id == event.id), None)
        events = [record.event for record in records]
        document = {
            "export": self._about(with_records=with_records),
            "project": project_object(self._project),
            "error_group": group_object(self._group),
            "assignment": assignment_object(self._group, self._people()),
            "latest_event": None if latest is None else event_object(latest),
            "exception": _exception(subject),
            "request": redact(asdict(request_details(subject.safe))),
            "source_repositories": [repository_object(each) for each in subject.repositories],
            "deployment_context": _deployments(subject),
            "external_links": [link_object(link) for link in links_of(self._session, self._group)],
            # Last, because they are what may have to be cut.
            "occurrences": self._occurrences(records if with_records else None),
            "related_logs": self._related(subject, events),
        }
        ids = _ids(events)
        return _bounded(document | {name: without_ids(document[name], ids) for name in _OF_CLIENTS})

    def _about(self, *, with_records: bool) -> dict[str, Any]:
        return {
            "format": "logister_error_group",
            "version": 2,
            "generated_at": iso(self._now),
            "include_all_occurrences": False,
            "include_occurrence_records": with_records,
            "occurrence_record_limit": RECORDS if with_records else None,
            "response_byte_limit": MAX_BYTES,
            "response_truncated": False,
            "logister_url": self._address,
        }

    def _people(self) -> dict[int, User]:
        ids = {self._group.assigned_user_id, self._group.assigned_by_user_id} - {None}
        return {user.id: user for user in self._session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}

    def _records(self, number: int) -> list[Occurrence]:
        occurrence = ErrorOccurrence
        rows = self._session.execute(
            select(IngestEvent, occurrence.event_uuid, occurrence.occurred_at, ApiKey)
            .join(
                IngestEvent,
                # With the time the database knows which partition holds the event.
                (IngestEvent.id == occurrence.ingest_event_id) & (IngestEvent.occurred_at == occurrence.occurred_at),
            )
            .outerjoin(ApiKey, ApiKey.id == IngestEvent.api_key_id)
            .where(occurrence.error_group_id == self._group.id)
            .order_by(occurrence.occurred_at.desc(), occurrence.ingest_event_id.desc())
            .limit(number)
        )
        return [
            Occurrence(event, uuid, occurred_at, context_of(event.body, self._session), key)
            for event, uuid, occurred_at, key in rows
        ]

    def _occurrences(self, records: Sequence[Occurrence] | None) -> dict[str, Any]:
        of_group = ErrorOccurrence.error_group_id == self._group.id
        moment = ErrorOccurrence.occurred_at
        stored, first, last = self._session.execute(
            select(func.count(), func.min(moment), func.max(moment)).where(of_group)
        ).one()
        numbers = {"total_count": self._group.occurrence_count, "stored_count": stored}
        if records is not None:
            return {
                "mode": "latest_records",
                **numbers,
                "record_limit": RECORDS,
                "records_included": len(records),
                "truncated": stored > len(records),
                "records": [
                    {
                        "uuid": str(record.uuid),
                        "occurred_at": iso(record.occurred_at),
                        "created_at": iso(record.event.received_at),
                        "updated_at": iso(record.event.received_at),
                        "ingest_event": event_object(record),
                    }
                    for record in records
                ],
            }
        until = self._group.last_seen_at
        counts = daily_counts(self._session, [self._group.id], now=until, days=DAYS)[self._group.id]
        first_day = start_of_day(until) - timedelta(days=DAYS - 1)
        return {
            "mode": "summary",
            **numbers,
            "first_occurrence_at": iso(first),
            "last_occurrence_at": iso(last),
            "daily_counts_last_14_days": [
                {"date": (first_day + timedelta(days=number)).date().isoformat(), "count": count}
                for number, count in enumerate(counts)
            ],
        }

    def _related(self, subject: Subject, events: list[IngestEvent]) -> dict[str, Any]:
        """`events` gets the logs that are told, so that their ids are hidden too."""
        event = subject.event
        window = None if event is None else window_of(event, subject.context)
        precision = None if event is None else event.time_precision
        interval = precision == REPORTING_INTERVAL
        disabled = precision in (None, RECEIVED_ONLY)
        logs = []
        if event is not None and window is not None:
            lines = self._query.related_logs(event, since=window[0], until=window[1], by_user=not interval)
            times = [line.occurred_at for line in lines]
            rows = select(IngestEvent, ApiKey).outerjoin(ApiKey, ApiKey.id == IngestEvent.api_key_id)
            for log, key in (
                self._session.execute(
                    rows.where(
                        IngestEvent.id.in_([line.id for line in lines]),
                        IngestEvent.occurred_at.between(min(times), max(times)),
                    ).order_by(IngestEvent.occurred_at.desc(), IngestEvent.id.desc())
                )
                if lines
                else ()
            ):
                events.append(log)
                logs.append(Occurrence(log, log.uuid, log.occurred_at, context_of(log.body, self._session), key))
        return {
            "relation": "disabled_received_only"
            if disabled
            else "contextual_reporting_interval"
            if interval
            else "exact_correlation_window",
            "time_precision": precision,
            "window_seconds": None if disabled or interval else int(LOGS_WITHIN.total_seconds()),
            "reporting_start": iso(window[0]) if interval and window is not None else None,
            "reporting_end": iso(window[1]) if interval and window is not None else None,
            "limit": LOGS_SHOWN,
            "count": len(logs),
            "records": [event_object(log) for log in logs],
        }


def _exception(subject: Subject) -> dict[str, Any]:
    safe = subject.safe
    exception = exception_of(safe) or {}
    frames = frames_of(safe)
    return {
        "data": exception,
        "backtrace": exception.get("backtrace") or exception.get("stacktrace") or safe.get("stacktrace"),
        "frames": [frame_object(frame) for frame in frames],
        "application_frames": [frame_object(frame) for frame in frames if frame.application_frame],
        "local_variables": safe.get("local_variables") or safe.get("locals") or exception.get("locals") or {},
        "instance_variables": safe.get("instance_variables") or exception.get("instance_variables") or {},
    }


def _deployments(subject: Subject) -> dict[str, Any]:
    found = subject.deployment
    return {
        "matched": None if found is None else deployment_object(found.deployment),
        "previous": None if found is None or found.previous is None else deployment_object(found.previous),
        "started_after_deployment": None if found is None else found.started_after,
        "minutes_after_deployment": None if found is None else found.minutes_after,
        "exact_release": None if found is None else found.exact_release,
    }


def _ids(events: Sequence[IngestEvent]) -> frozenset[str]:
    names = ("trace_id", "request_id", "session_id", "end_user_id")
    return frozenset(value for event in events for name in names if (value := getattr(event, name)))


def _bounded(document: dict[str, Any]) -> bytes:
    bounded = bound_json(document, MAX_BYTES - _MARGIN)
    found = bounded.value
    if bounded.truncated and "export" in found:
        found["export"]["response_truncated"] = True
        occurrences = found.get("occurrences", {})
        if "records_included" in occurrences:
            occurrences["records_included"] = len(occurrences.get("records", ()))
            occurrences["truncated"] = occurrences["stored_count"] > occurrences["records_included"]
    return orjson.dumps(found)

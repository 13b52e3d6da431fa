"""Writing a story into a database in large pieces."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Engine, insert, text

from logister_core.accounts.models import User
from logister_core.bench.database import OWNER
from logister_core.bench.pages.story import DAYS, PEOPLE, Group, Seen, Story
from logister_core.db.base import Base
from logister_core.db.partitions import ensure_partitions
from logister_core.db.sessions import write_transaction
from logister_core.error_groups.counts import sum_up
from logister_core.error_groups.history.models import ErrorGroupChange
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence
from logister_core.ids import uuid7
from logister_core.ingest.models import IngestEvent, TelemetryIdentity
from logister_core.projects.models import Project
from logister_core.receipts.models import ProjectDay
from logister_core.releases.models import ProjectRelease

PIECE = 10_000


def fill(engine: Engine, story: Story) -> int:
    """The id of the person who owns all the projects."""
    now = story.until
    with engine.begin() as connection:
        ensure_partitions(connection, now=now - timedelta(days=DAYS + 1), months_ahead=3)
    with write_transaction(engine) as db:
        owner = User(email=OWNER, name="Benchmark", password_hash=secrets.token_hex(), created_at=now, updated_at=now)
        db.add(owner)
        db.flush()
        owner_id = owner.id
    write(engine, Project, (_project(number, owner_id, now) for number in range(1, story.size.projects + 1)))
    events = story.events()
    while piece := list(islice(events, PIECE)):
        write(engine, IngestEvent, piece)
        write(engine, TelemetryIdentity, map(_identity, piece))
    seen = [group for group in story.groups if group.count]
    write(engine, ErrorGroup, map(_group, seen))
    write(
        engine, ErrorGroupKey, ({"project_id": g.project, "key": f"stack:{g.id}", "error_group_id": g.id} for g in seen)
    )
    names = ("error_group_id", "ingest_event_id", "event_uuid", "occurred_at")
    write(engine, ErrorOccurrence, (dict(zip(names, row, strict=True)) for row in story.occurrences))
    write(engine, ErrorGroupChange, (_change(group, owner_id) for group in seen if group.status != "unresolved"))
    days = sorted({(project, day) for project, day, _ in story.days})
    write(engine, ProjectDay, (_day(story, *day) for day in days))
    write(engine, ProjectRelease, (_release(*of, seen) for of, seen in story.releases.items()))
    _settle(engine)
    return owner_id


def write(engine: Engine, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """All of them; columns without a value get their default."""
    table: Any = model.__table__
    rows = iter(rows)
    while piece := [_complete(table, row) for row in islice(rows, PIECE)]:
        if engine.dialect.name == "postgresql":
            _copy(engine, table.name, piece)
        else:
            with engine.begin() as connection:
                connection.execute(insert(table), piece)


def _copy(engine: Engine, table: str, piece: list[dict[str, Any]]) -> None:
    connection = engine.raw_connection()
    try:
        # Names are those of our own columns.
        statement = f"COPY {table} ({', '.join(piece[0])}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            for row in piece:
                copy.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()])
        connection.commit()
    finally:
        connection.close()


def _complete(table: Any, given: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: given[column.name] if column.name in given else _default(column)
        for column in table.columns
        # What the database counts itself stays its own.
        if column.name in given or not column.primary_key
    }


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg if column.default.is_scalar else column.default.arg(None)


def _settle(engine: Engine) -> None:
    """What has been done in a database that has been running for a while: numbers are summed up, statistics are known,
    old versions are gone.
    """
    with write_transaction(engine) as db:
        sum_up(db)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def _project(number: int, owner_id: int, now: datetime) -> dict[str, Any]:
    name = f"Project {number}"
    return {
        "id": number, "uuid": uuid7(), "owner_id": owner_id, "name": name, "slug": f"project-{number}",
        "integration_kind": "python", "created_at": now - timedelta(days=DAYS), "updated_at": now,
    }  # fmt: skip


def _identity(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "project_id": event["project_id"], "uuid": event["uuid"], "record_id": event["id"],
        "recorded_at": event["occurred_at"], "is_span": False,
    }  # fmt: skip


def _change(group: Group, owner_id: int) -> dict[str, Any]:
    kind = {"resolved": "resolve", "ignored": "ignore", "archived": "archive"}[group.status]
    return {
        "action_uuid": uuid7(), "error_group_id": group.id, "user_id": owner_id, "kind": kind,
        "before": {"status": "unresolved"}, "after": {"status": group.status}, "details": {}, "made_at": group.last,
    }  # fmt: skip


def _day(story: Story, project: int, day: date) -> dict[str, Any]:
    errors, activity = story.days[project, day, True], story.days[project, day, False]
    end = datetime.combine(day, time(23, 59), UTC)
    return {
        "project_id": project, "day": day, "errors": errors, "activity": activity, "spans": 0,
        "last_received_at": min(end, story.until),
    }  # fmt: skip


def _release(project: int, name: str, seen: Seen) -> dict[str, Any]:
    return {
        "project_id": project, "release": name, "first_seen_at": seen.first, "last_seen_at": seen.last,
        "events": seen.events, "errors": seen.errors,
    }  # fmt: skip


def _group(group: Group) -> dict[str, Any]:
    assert group.last_event is not None  # noqa: S101 - only groups with events are written
    event_id, event_uuid = group.last_event
    kind, _, _value = group.title.partition(":")
    closed_at = group.last if group.status != "unresolved" else None
    return {
        "id": group.id, "uuid": group.uuid, "project_id": group.project, "fingerprint": f"stack:{group.id}",
        "grouping_strategy": "stack", "grouping_facts": {"type": kind}, "title": group.title,
        "culprit": "shop/orders.py in process", "stage": "POST /orders", "severity": "error", "status": group.status,
        "occurrence_count": group.count, "people_count": _people(group.count),
        "first_seen_at": group.first, "last_seen_at": group.last,
        "resolved_at": closed_at if group.status == "resolved" else None,
        "ignored_at": closed_at if group.status == "ignored" else None,
        "archived_at": closed_at if group.status == "archived" else None,
        "introduced_in_release": group.release, "last_seen_release": group.release, "latest_event_id": event_id,
        "latest_event_uuid": event_uuid, "latest_event_occurred_at": group.last,
        "created_at": group.first, "updated_at": group.last,
    }  # fmt: skip


def _people(events: int) -> int:
    """As many different ones as there are likely to be, when each event is somebody's by chance."""
    return round(PEOPLE * (1 - (1 - 1 / PEOPLE) ** events))

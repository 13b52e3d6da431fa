"""The fastest way into the table: COPY of rows that were encoded beforehand, nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random
from struct import Struct
from typing import Any

import psycopg
from sqlalchemy import Engine

from logister_core.bench.database import Target
from logister_core.bench.payload import templates
from logister_core.ingest.columns import EVENT_COLUMNS, LEADING
from logister_core.ingest.credentials import Credential
from logister_core.ingest.known_deployments import KnownDeployments
from logister_core.ingest.normalization import decode_json, event_envelope, normalize_event
from logister_core.ingest.project_facts import ProjectFacts
from logister_core.ingest.reception import Sender
from logister_core.ingest.rows import RowBuilder
from logister_core.ingest.stores import store_for
from logister_core.ingest.stores.postgresql import EVENTS, SIGNATURE, TRAILER
from logister_core.projects.models import GroupingStrategy, IntegrationKind

BATCH = 500

# Number of fields, then row id and batch id, each behind its length (as the store writes them).
_leading = Struct(">hiqiq").pack


def encoded_rows(target: Target, size: str, count: int) -> list[bytes]:
    """Rows as intake hands them to the database, without the ids."""
    from uuid import uuid4

    builder = RowBuilder(store_for(target.engine), KnownDeployments())
    now = datetime.now(UTC)
    kind = IntegrationKind.PYTHON
    project = ProjectFacts(
        target.project_id, uuid4(), kind.value, mobile=kind.mobile, grouping_strategy=GroupingStrategy.STACK.value
    )
    sender = Sender(Credential(target.api_key_id, project), "127.0.0.1", "logister-bench", now)
    random, events = Random(0), templates(size)  # noqa: S311
    encoded = []
    for serial in range(count):
        event = event_envelope(decode_json(events[serial % len(events)].fill(serial, random)))
        record = normalize_event(event, received_at=now, default_environment="production", mobile=False)
        encoded.append(builder.row(record, sender).encoded)
    return encoded


def copy_rate(target: Target, size: str, seconds: float) -> float:
    """Rows per second, in transactions of BATCH rows; only COPY and commit are timed."""
    rows = encoded_rows(target, size, BATCH)
    driver = _connection(target.engine)
    try:
        copied = spent = 0.0
        first_id = 1
        while spent < seconds:
            data = _copy_data(rows, first_id)
            began = time.perf_counter()
            with driver.cursor().copy(EVENTS) as copy:
                copy.write(data)
            driver.commit()
            spent += time.perf_counter() - began
            copied += len(rows)
            first_id += len(rows)
    finally:
        driver.close()
    return copied / spent


def _copy_data(rows: list[bytes], first_id: int) -> bytes:
    fields = len(LEADING) + len(EVENT_COLUMNS)
    parts = [SIGNATURE]
    for row_id, row in enumerate(rows, first_id):
        parts += (_leading(fields, 8, row_id, 8, first_id), row)
    return b"".join([*parts, TRAILER])


def _connection(engine: Engine) -> psycopg.Connection[Any]:
    """One of the driver's own, outside the pool."""
    return psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))

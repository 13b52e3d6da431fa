"""Refused submissions, and the reports they become."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from logister_core.client_submissions.models import RejectedSubmission
from support.instance import Instance

OWN_KEY = "logister_" + "0" * 48
EVENTS, BATCH = "/api/v1/ingest_events", "/api/v1/ingest_events/batch"
CHECK_INS, DEPLOYMENTS = "/api/v1/check_ins", "/api/v1/deployments"
LOG = {"event_type": "log", "message": "hello"}


def line(**event: Any) -> bytes:
    return json.dumps({"event": LOG | {"uuid": str(uuid4())} | event}).encode() + b"\n"


def rejections(site: Instance) -> list[RejectedSubmission]:
    site.registry.rejections.flush()
    return site.rows(RejectedSubmission)


def rejection(site: Instance) -> RejectedSubmission:
    [found] = rejections(site)
    return found


def reasons(site: Instance) -> list[tuple[str, str, int]]:
    return [(row.label, row.reason, row.status) for row in rejections(site)]


def post(site: Instance, path: str, body: Any, key: str | None, headers: dict[str, str] | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/x-ndjson"} | (headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    return site.browser().post(path, raw, headers=sent, status="*")


def change(site: Instance, model: Any, **values: Any) -> None:
    with site.write() as db:
        db.execute(update(model).values(**values))
    site.registry.intake.forget()

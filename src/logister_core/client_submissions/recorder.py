"""Writing rejections down, without ever holding up the request that was refused.

Threads that answer requests only put a rejection into a queue; one thread of the process writes. What cannot be written
is lost, and the log says so: it is a report about somebody's mistake, not somebody's data.
"""

from __future__ import annotations

import logging
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from logister_core.api_keys.models import ApiKey
from logister_core.client_submissions.models import RejectedSubmission
from logister_core.db.sessions import write_transaction
from logister_core.db.upsert import insert_for
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project

logger = logging.getLogger(__name__)

Model = TypeVar("Model")

# Waiting to be written; a few minutes of the most that the throttles let through.
MOST_WAITING: Final = 500

# Seconds for which a process that ends waits for the writing thread.
PATIENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row to be; ids are those of the credential that was presented, as far as it is known."""

    dedup_key: str
    label: str
    reason: str
    status: int
    project_id: int | None
    api_key_id: int | None
    mobile_token_id: int | None
    details: dict[str, Any]
    # of the request; those of the credential are added when the row is written
    rejected_at: datetime


class Recorder:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.Queue[Rejection | None] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def put(self, rejection: Rejection) -> None:
        try:
            self._waiting.put_nowait(rejection)
        except queue.Full:
            logger.warning("client_submissions.queue_full")

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="logister-rejections", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is None:
            return
        # No room means that writing takes forever; then nobody need wait for it.
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
            self._thread.join(timeout=PATIENCE)

    def flush(self) -> None:
        with suppress(queue.Empty):
            while True:
                rejection = self._waiting.get_nowait()
                if rejection is not None:
                    self._record(rejection)

    def _run(self) -> None:
        while (rejection := self._waiting.get()) is not None:
            self._record(rejection)

    def _record(self, rejection: Rejection) -> None:
        try:
            with write_transaction(self._engine) as db:
                _insert(db, rejection)
        except Exception:
            logger.warning("client_submissions.not_recorded reason=%s", rejection.reason, exc_info=True)


def _insert(db: Session, rejection: Rejection) -> None:
    project = _found(db, Project, rejection.project_id)
    api_key = _found(db, ApiKey, rejection.api_key_id)
    token = _found(db, MobileIngestToken, rejection.mobile_token_id)
    credential = {
        "project": None if project is None else _project(project),
        "api_key": None if api_key is None else _api_key(api_key),
        "mobile_ingest_token": None if token is None else _mobile_token(token, rejection.rejected_at),
    }
    row = {
        "dedup_key": rejection.dedup_key,
        "label": rejection.label,
        "reason": rejection.reason,
        "status": rejection.status,
        "project_id": None if project is None else project.id,
        "details": rejection.details | {name: facts for name, facts in credential.items() if facts is not None},
        "rejected_at": rejection.rejected_at,
    }
    # Another process may have met the same mistake in this minute.
    db.execute(insert_for(db, RejectedSubmission).values(**row).on_conflict_do_nothing())


def _found(db: Session, model: type[Model], id: int | None) -> Model | None:
    return None if id is None else db.get(model, id)


def _project(project: Project) -> dict[str, Any]:
    return {
        "uuid": str(project.uuid),
        "slug": project.slug,
        "name": project.name,
        "integration_kind": project.integration_kind,
        "archived": project.archived_at is not None,
        "archived_at": _time(project.archived_at),
    }


def _api_key(key: ApiKey) -> dict[str, Any]:
    return {
        "uuid": str(key.uuid),
        "name": key.name,
        "active": key.revoked_at is None,
        "revoked_at": _time(key.revoked_at),
        "last_used_at": _time(key.last_used_at),
    }


def _mobile_token(token: MobileIngestToken, now: datetime) -> dict[str, Any]:
    return {
        "uuid": str(token.uuid),
        "platform": token.platform,
        "service": token.service,
        "environment": token.environment,
        "release": token.release,
        "active": token.revoked_at is None and token.expires_at > now,
        "expires_at": _time(token.expires_at),
        "revoked_at": _time(token.revoked_at),
        "last_used_at": _time(token.last_used_at),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()

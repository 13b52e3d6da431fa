"""Who sends: the key in the request's headers, and a small cache of what keys mean.

Specification: ingest chapter §3.1. Looking a key up takes a query; remembering it for a few seconds takes none, at the
price that another process learns of a revocation that much later. The process that revokes forgets at once.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, select

from logister_core.api_keys.models import ApiKey
from logister_core.api_keys.usage import TOUCH_INTERVAL
from logister_core.db.sessions import read_transaction
from logister_core.projects.models import IntegrationKind, Project

# Seconds for which a looked-up key is believed, and how many are remembered.
BELIEVED_FOR: Final = 5.0
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    """A live key and what intake needs to know of its project."""

    api_key_id: int
    project_id: int
    project_uuid: UUID
    mobile: bool
    grouping_strategy: str


def token_of(headers: Mapping[str, str]) -> str | None:
    """The token a request presents; None when it presents none.

    `Authorization` starting with exactly `Bearer ` decides alone, even when nothing follows.
    """
    authorization = headers.get("Authorization", "")
    if authorization.startswith("Bearer "):
        return authorization[7:].strip() or None
    return headers.get("X-Api-Key", "").strip() or None


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Credentials:
    """Looks up live keys. One per process, used by all its threads."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Credential]] = OrderedDict()
        self._touched: dict[int, float] = {}

    def find(self, headers: Mapping[str, str]) -> Credential | None:
        """The live key that the headers present, or None."""
        token = token_of(headers)
        if token is None:
            return None
        digest = digest_of(token)
        now = self._monotonic()
        known = self._known.get(digest)
        if known is not None and now - known[0] < BELIEVED_FOR:
            return known[1]
        credential = self._look_up(digest)
        with self._lock:
            if credential is None:
                self._known.pop(digest, None)
            else:
                self._known[digest] = (now, credential)
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return credential

    def forget(self) -> None:
        """A key or project changed in this process: believe nothing that was looked up before."""
        with self._lock:
            self._known.clear()

    def due_for_touch(self, credential: Credential) -> bool:
        """Whether this use is worth recording; at most once in a while, to spare the database."""
        now = self._monotonic()
        last = self._touched.get(credential.api_key_id)
        if last is not None and now - last < TOUCH_INTERVAL.total_seconds():
            return False
        self._touched[credential.api_key_id] = now
        return True

    def _look_up(self, digest: str) -> Credential | None:
        live = (
            select(ApiKey.id, Project.id, Project.uuid, Project.integration_kind, Project.grouping_strategy)
            .join(Project, ApiKey.project_id == Project.id)
            .where(ApiKey.token_digest == digest, ApiKey.revoked_at.is_(None), Project.archived_at.is_(None))
        )
        with read_transaction(self._engine) as db:
            row = db.execute(live).one_or_none()
        if row is None:
            return None
        api_key_id, project_id, project_uuid, kind, strategy = row
        return Credential(api_key_id, project_id, project_uuid, IntegrationKind(kind).mobile, strategy)

"""Who sends: the token in the request's headers, and a small cache of what tokens mean.

Specification: ingest chapter §3.1. Looking a token up takes a query; remembering it for a few seconds takes none, at
the price that another process learns of a revocation that much later. The process that revokes forgets at once.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Executable, select

from logister_core.api_keys.models import ApiKey
from logister_core.db.sessions import read_transaction
from logister_core.ingest.normalization.mobile_scope import MobileScope
from logister_core.ingest.project_facts import ProjectFacts
from logister_core.ingest.usage import TOUCH_INTERVAL
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project

# Seconds for which a looked-up token is believed, and how many are remembered.
BELIEVED_FOR: Final = 5.0
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    """A token that opens intake, and what intake needs to know of its project."""

    api_key_id: int
    # Of a mobile token: its parent, to which the telemetry is attributed.
    project: ProjectFacts
    scope: MobileScope | None = None
    # What a mobile token is bound to; None for an API key.

    @property
    def identity(self) -> str:
        """Under which accepted requests are counted."""
        if self.scope is not None:
            return f"mobile_ingest_token:{self.scope.token_id}"
        return f"api_key:{self.api_key_id}"


@dataclass(frozen=True, slots=True)
class DeadCredential:
    """A token that opens nothing, with the reason under which that is reported."""

    reason: str
    project: ProjectFacts | None = None
    api_key_id: int | None = None
    mobile_token_id: int | None = None


def presented_token(headers: Mapping[str, str]) -> str | None:
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
    """Looks tokens up. One per process, used by all its threads."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # Apart, so that a flood of invented tokens does not push out those that are in use.
        self._live: OrderedDict[str, tuple[float, Credential]] = OrderedDict()
        self._dead: OrderedDict[str, tuple[float, DeadCredential]] = OrderedDict()
        self._touched: OrderedDict[str, datetime] = OrderedDict()

    def find(self, headers: Mapping[str, str], now: datetime) -> Credential | DeadCredential:
        """What the headers present: a token that is live at `now`, or one that is not."""
        token = presented_token(headers)
        if token is None:
            return DeadCredential("missing_api_key")
        digest = digest_of(token)
        moment = self._monotonic()
        known: tuple[float, Credential | DeadCredential] | None = self._live.get(digest) or self._dead.get(digest)
        if known is None or moment - known[0] >= BELIEVED_FOR:
            known = (moment, self._look_up(digest, now))
            self._remember(digest, known)
        found = known[1]
        if isinstance(found, Credential) and found.scope is not None and found.scope.expires_at <= now:
            return _dead("expired_mobile_ingest_token", found)
        return found

    def forget(self) -> None:
        """A token or project changed in this process: believe nothing that was looked up before."""
        with self._lock:
            self._live.clear()
            self._dead.clear()

    def due_for_touch(self, credential: Credential, now: datetime) -> bool:
        """Whether this use is worth recording; at most once in a while, to spare the database."""
        last = self._touched.get(credential.identity)
        if last is not None and now - last <= TOUCH_INTERVAL:
            return False
        with self._lock:
            self._touched[credential.identity] = now
            if len(self._touched) > REMEMBERED:
                self._touched.popitem(last=False)
        return True

    def _remember(self, digest: str, known: tuple[float, Any]) -> None:
        live = isinstance(known[1], Credential)
        memory, other = (self._live, self._dead) if live else (self._dead, self._live)
        with self._lock:
            other.pop(digest, None)
            memory[digest] = known
            memory.move_to_end(digest)
            if len(memory) > REMEMBERED:
                memory.popitem(last=False)

    def _look_up(self, digest: str, now: datetime) -> Credential | DeadCredential:
        with read_transaction(self._engine) as db:
            row = db.execute(_api_key(digest)).one_or_none()
            if row is not None:
                return _api_key_of(*row)
            token = db.execute(_mobile_token(digest)).one_or_none()
        return DeadCredential("invalid_api_key") if token is None else _mobile_token_of(*token, now=now)


def _api_key(digest: str) -> Executable:
    return (
        select(ApiKey.id, ApiKey.revoked_at, Project)
        .join(Project, ApiKey.project_id == Project.id)
        .where(ApiKey.token_digest == digest)
    )


def _api_key_of(api_key_id: int, revoked_at: datetime | None, project: Project) -> Credential | DeadCredential:
    credential = Credential(api_key_id, ProjectFacts.of(project))
    if revoked_at is not None:
        return _dead("revoked_api_key", credential)
    if project.archived_at is not None:
        return _dead("archived_project", credential)
    return credential


def _mobile_token(digest: str) -> Executable:
    return (
        select(MobileIngestToken, ApiKey.revoked_at, Project)
        .join(ApiKey, MobileIngestToken.api_key_id == ApiKey.id)
        .join(Project, MobileIngestToken.project_id == Project.id)
        .where(MobileIngestToken.token_digest == digest)
    )


def _mobile_token_of(
    token: MobileIngestToken, key_revoked_at: datetime | None, project: Project, *, now: datetime
) -> Credential | DeadCredential:
    """Of several reasons the first one counts. A live token may expire later; that is looked at whenever it is used."""
    credential = Credential(token.api_key_id, ProjectFacts.of(project), MobileScope.of(token))
    if token.revoked_at is not None:
        return _dead("revoked_mobile_ingest_token", credential)
    if token.expires_at <= now:
        return _dead("expired_mobile_ingest_token", credential)
    if key_revoked_at is not None:
        return _dead("revoked_api_key", credential)
    if project.archived_at is not None:
        return _dead("archived_project", credential)
    return credential


def _dead(reason: str, credential: Credential) -> DeadCredential:
    token_id = None if credential.scope is None else credential.scope.token_id
    return DeadCredential(reason, credential.project, credential.api_key_id, token_id)

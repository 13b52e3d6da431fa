"""Accepting telemetry: the answer leaves after the commit.

`GroupAcceptor` commits together what waits together: while one transaction is being written, the requests that
arrive queue up, and the next transaction takes them all. There is no artificial delay; a lone request commits
alone. Committing is done by one of the waiting request threads, so there is nothing to start, stop or fork.

`RequestAcceptor` is its twin with one transaction per request, managed by pyramid_tm; it is there for comparison.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import transaction
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from logister_core.db.outage import is_outage
from logister_core.db.sessions import committing, managed_sessions
from logister_core.ingest.ids import TelemetryIDs
from logister_core.ingest.submission import Accepted, Submission
from logister_core.ingest.writer import Rejected, Writer

logger = logging.getLogger(__name__)

# Bounds of one transaction; what is left over waits for the next one.
MAX_ROWS = 2000
MAX_BYTES = 16 * 1024 * 1024


class Acceptor(Protocol):
    def accept(self, submission: Submission) -> list[Accepted]:
        """Commit the submission's rows; one result per row, in order.

        Raises `IdentityTaken`, or what the database raised.
        """
        ...


class RequestAcceptor:
    """One transaction per request: the rows are written in the request's session and committed by pyramid_tm."""

    def __init__(
        self,
        *,
        writer: Writer,
        ids: TelemetryIDs,
        session: Callable[[], Session],
        manager: transaction.TransactionManager,
        hint: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._writer = writer
        self._ids = ids
        self._session = session
        self._manager = manager
        self._hint = hint
        self._clock = clock

    def accept(self, submission: Submission) -> list[Accepted]:
        # Before the session begins: on SQLite the id block needs the write lock that the session will hold.
        first_id = self._ids.take(1 + len(submission.rows))
        try:
            [accepted] = self._writer.write(self._session(), [submission], first_id=first_id, now=self._clock())
        except Rejected as rejected:
            raise rejected.errors[0] from None
        self._manager.get().addAfterCommitHook(_hint_on_success, args=(self._hint,))
        return accepted


def _held_lock() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Waiting:
    """A request thread's submission, until another thread has committed it or asks this one to lead."""

    submission: Submission
    turn: threading.Lock = field(default_factory=_held_lock)
    done: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    error: Exception | None = None

    def result(self) -> list[Accepted]:
        if self.error is not None:
            raise self.error
        return self.accepted


class GroupAcceptor:
    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        ids: TelemetryIDs,
        hint: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._manager = transaction.TransactionManager(explicit=True)
        self._sessions = managed_sessions(engine, self._manager)
        self._writer = writer
        self._ids = ids
        self._hint = hint
        self._clock = clock
        self._mutex = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._led = False

    def accept(self, submission: Submission) -> list[Accepted]:
        waiting = _Waiting(submission)
        with self._mutex:
            self._queue.append(waiting)
            lead = not self._led
            self._led = True
        if not lead:
            # Released by the thread that committed for us, or that hands the lead to us.
            waiting.turn.acquire()
        if not waiting.done:
            self._lead()
        return waiting.result()

    def _lead(self) -> None:
        group = self._take()
        try:
            self._commit(group)
        finally:
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._led = successor is not None
            # The next group starts before this one's members wake up and want the interpreter.
            if successor is not None:
                successor.turn.release()
            for waiting in group:
                waiting.done = True
                waiting.turn.release()

    def _take(self) -> list[_Waiting]:
        """The oldest waiting submissions, the leader's own first, within the bounds of one transaction."""
        group: list[_Waiting] = []
        rows = size = 0
        with self._mutex:
            while self._queue:
                submission = self._queue[0].submission
                rows += len(submission.rows)
                size += sum(row.size for row in submission.rows)
                if group and (rows > MAX_ROWS or size > MAX_BYTES):
                    break
                group.append(self._queue.popleft())
        return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        """Write the group; every member ends with its results or its own error."""
        remaining = list(group)
        while remaining:
            try:
                results = self._write([waiting.submission for waiting in remaining])
            except Rejected as rejected:
                for position, error in rejected.errors.items():
                    remaining[position].error = error
                remaining = [waiting for waiting in remaining if waiting.error is None]
            except Exception as error:
                self._blame(remaining, error)
                return
            else:
                for waiting, accepted in zip(remaining, results, strict=True):
                    waiting.accepted = accepted
                return

    def _blame(self, group: Sequence[_Waiting], error: Exception) -> None:
        """One bad row must not fail its neighbours: without an outage, each is tried again on its own."""
        if len(group) == 1 or is_outage(error):
            for waiting in group:
                waiting.error = error
            return
        logger.warning("ingest.group_failed submissions=%d", len(group), exc_info=True)
        for waiting in group:
            self._commit([waiting])

    def _write(self, submissions: Sequence[Submission]) -> list[list[Accepted]]:
        first_id = self._ids.take(1 + sum(len(submission.rows) for submission in submissions))
        # Only the thread that leads gets here, so one manager serves them all.
        with committing(self._manager) as current:
            current.addAfterCommitHook(_hint_on_success, args=(self._hint,))
            return self._writer.write(self._sessions(), submissions, first_id=first_id, now=self._clock())


def _hint_on_success(success: bool, hint: Callable[[], None], *_: Any) -> None:
    if success:
        hint()

"""Which dictionary a process compresses a project's bodies with, and when a new one is made."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.db.upsert import insert_for
from logister_core.ingest.dictionaries.dictionary import Dictionary
from logister_core.ingest.dictionaries.text import COMMON, dictionary_text, names_code
from logister_core.ingest.models import TelemetryDictionary

logger = logging.getLogger(__name__)

# Code changes with releases; so often what is new of it enters a new dictionary.
RENEWED_AFTER: Final = timedelta(days=1)
# Seconds until the database is asked again whether another process made a better one; sooner while it names no code.
BELIEVED_FOR: Final = 600.0
BELIEVED_WITHOUT_CODE_FOR: Final = 30.0
_PROJECTS: Final = 256


@dataclass(frozen=True, slots=True)
class _Current:
    dictionary: Dictionary | None
    good_until: float


class Dictionaries:
    """One per process, used by all its request threads, outside of their transactions."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._monotonic = monotonic
        self._looking = threading.Lock()
        self._current: OrderedDict[int, _Current] = OrderedDict()

    def of(self, project_id: int, context: Mapping[str, Any]) -> Dictionary | None:
        """What to compress a body of the project with; None until there is one. `context` is that of the event."""
        current = self._current.get(project_id)
        if current is not None and self._monotonic() < current.good_until:
            return current.dictionary
        known = None if current is None else current.dictionary
        # One thread looks, the others do not wait for it.
        if not self._looking.acquire(blocking=False):
            return known
        try:
            found: Dictionary | None = self._settled(project_id, context)
        except SQLAlchemyError:
            # Bodies are stored without it; if the database is away, storing them will tell.
            logger.warning("ingest.dictionary_failed", exc_info=True)
            found = known
        finally:
            self._looking.release()
        settled = found is not None and names_code(found.content)
        good_until = self._monotonic() + (BELIEVED_FOR if settled else BELIEVED_WITHOUT_CODE_FOR)
        self._current[project_id] = _Current(found, good_until)
        if len(self._current) > _PROJECTS:
            self._current.popitem(last=False)
        return found

    def _settled(self, project_id: int, context: Mapping[str, Any]) -> Dictionary:
        """The newest dictionary, after a newer one was made if it is time for one."""
        newest = (
            select(TelemetryDictionary.content, TelemetryDictionary.created_at)
            .where(TelemetryDictionary.project_id == project_id)
            .order_by(TelemetryDictionary.created_at.desc(), TelemetryDictionary.id)
            .limit(1)
        )
        with read_transaction(self._engine) as db:
            row = db.execute(newest).one_or_none()
        now = self._clock()
        if row is not None and names_code(row.content) and now - row.created_at < RENEWED_AFTER:
            return Dictionary.of(project_id, row.content)
        content = dictionary_text(context, COMMON if row is None else row.content)
        made = Dictionary.of(project_id, content)
        if row is None or content != row.content:
            self._insert(project_id, made, now)
        return made

    def _insert(self, project_id: int, made: Dictionary, now: datetime) -> None:
        values = {"id": made.id, "project_id": project_id, "content": made.content, "created_at": now}
        with write_transaction(self._engine) as db:
            db.execute(insert_for(db, TelemetryDictionary).values(values).on_conflict_do_nothing())

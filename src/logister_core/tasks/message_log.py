"""One log line per message, and the message's id on every line that is logged while it is worked on."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack
from typing import Any

import dramatiq
from dramatiq.errors import Retry

from logister_core.logs import bound, event

logger = logging.getLogger(__name__)


class MessageLog(dramatiq.Middleware):
    """Must be the first middleware: what the others log about a message then carries its id too."""

    def __init__(self) -> None:
        self._worked_on = threading.local()

    def before_process_message(self, _broker: Any, message: Any) -> None:
        context = ExitStack()
        context.enter_context(bound(message_id=message.message_id, actor=message.actor_name, queue=message.queue_name))
        self._worked_on.context = context
        self._worked_on.started = time.perf_counter()

    def after_process_message(
        self, _broker: Any, _message: Any, *, result: Any = None, exception: BaseException | None = None
    ) -> None:
        if exception is None:
            self._finish(logging.INFO, "done")
        elif isinstance(exception, Retry):
            self._finish(logging.INFO, "retried")
        else:
            self._finish(logging.WARNING, "failed", error=type(exception).__name__)

    def after_skip_message(self, _broker: Any, _message: Any) -> None:
        self._finish(logging.INFO, "skipped")

    def _finish(self, level: int, outcome: str, **fields: str) -> None:
        duration = f"{(time.perf_counter() - self._worked_on.started) * 1000:.1f}"
        with self._worked_on.context:
            logger.log(level, event("message.finished", outcome=outcome, duration_ms=duration, **fields))

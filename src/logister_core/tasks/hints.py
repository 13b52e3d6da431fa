"""Waking the projector after a commit, without ever holding up the commit.

A hint is worth nothing once lost: deliveries are rows and a sweep finds them. So a broker that is down or slow
must not be felt by those who send telemetry. Committing threads only set a flag; one thread sends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

# At most one message in this many seconds and process; a hint that falls between is sent afterwards.
PAUSE_SECONDS = 0.1


class Hints:
    """`hint()` returns at once; `send` is called soon, at least once after the last hint."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def hint(self) -> None:
        self._wanted.set()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="logister-hints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            if self._stopping.is_set():
                return
            # Cleared before sending: a hint that arrives meanwhile asks for another message.
            self._wanted.clear()
            try:
                self._send()
            except Exception:
                # Whatever is wrong with the broker, the sweep will find the deliveries.
                logger.warning("projector.hint_failed", exc_info=True)
            self._stopping.wait(PAUSE_SECONDS)

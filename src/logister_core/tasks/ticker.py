"""The thread that hands out recurring jobs; one in every worker process."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from logister_core.tasks.recurring import tick

if TYPE_CHECKING:
    from logister_core.types import Registry

logger = logging.getLogger(__name__)

TICK_SECONDS = 10


class Ticker:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="logister-ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=TICK_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                tick(self._registry)
            except Exception:
                # A database that is away comes back; the series must go on then.
                logger.warning("recurring.tick_failed", exc_info=True)
            self._stopping.wait(TICK_SECONDS)

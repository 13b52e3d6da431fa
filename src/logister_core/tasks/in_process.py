"""The worker inside the web process: what the embedded default runs instead of Redis and worker processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dramatiq

from logister_core.tasks.ticker import Ticker

if TYPE_CHECKING:
    from logister_core.types import Registry


class InProcessWorker:
    def __init__(self, registry: Registry) -> None:
        self._worker = dramatiq.Worker(
            registry.broker, worker_threads=registry.logister_settings.tasks.threads, worker_timeout=100
        )
        self._ticker = Ticker(registry)

    def start(self) -> None:
        self._worker.start()
        self._ticker.start()

    def stop(self) -> None:
        """Let running jobs finish; whatever they leave is in the database and goes on at the next start."""
        self._ticker.stop()
        self._worker.stop(timeout=10_000)

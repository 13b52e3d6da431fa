"""What a web process starts besides answering requests."""

from __future__ import annotations

import atexit
import logging
from typing import TYPE_CHECKING

from logister_core.db.migrate import upgrade
from logister_core.installation.setup_token import ensure_setup_token
from logister_core.tasks.in_process import InProcessWorker

if TYPE_CHECKING:
    from pyramid.router import Router

    from logister_core.types import Registry

logger = logging.getLogger(__name__)


def start(app: Router) -> None:
    """Bring the embedded database up to date, then start the threads that go with the web process."""
    registry: Registry = app.registry
    settings = registry.logister_settings
    for sentence in settings.warnings():
        logger.warning(sentence)
    if settings.database.sqlite:
        upgrade(registry.engine)
    registry.hints.start()
    atexit.register(registry.hints.stop)
    if settings.in_process_worker:
        worker = InProcessWorker(registry)
        worker.start()
        atexit.register(worker.stop)
        # What an earlier process left behind need not wait for the first sweep.
        registry.hints.hint()
    _announce(registry)


def _announce(registry: Registry) -> None:
    """Say where the server is and how to go on; an operator reads this on the terminal."""
    settings = registry.logister_settings
    address = settings.product.public_url.rstrip("/")
    print(f"Logister serves {address}", flush=True)  # noqa: T201 - this is the console's answer, not a log
    token = ensure_setup_token(registry.engine, settings)
    if token is not None:
        print(f"Set up the first administrator (works once): {address}/setup?token={token}", flush=True)  # noqa: T201

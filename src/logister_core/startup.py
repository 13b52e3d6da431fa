"""What a web process starts besides answering requests."""

from __future__ import annotations

import atexit
import gc
import logging
from typing import TYPE_CHECKING

from sqlalchemy import select

from logister_core.db.migrate import upgrade
from logister_core.db.sessions import read_transaction
from logister_core.installation.setup_token import ensure_setup_token
from logister_core.outbox.models import TelemetryBatch
from logister_core.projects.first_event import guide
from logister_core.projects.models import IntegrationKind
from logister_core.tasks.in_process import InProcessWorker
from logister_core.web.components import Components

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
    # Compiling the components takes about a second, which the first visitor need not wait for.
    Components(auto_reload=registry.settings["reload_templates"])["icon"]
    # What is alive now stays alive: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    _announce(registry)


def _announce(registry: Registry) -> None:
    """Say where the server is and how to go on; an operator reads this on the terminal."""
    settings = registry.logister_settings
    address = settings.product.public_url.rstrip("/")
    _say(f"Logister serves {address}")
    token = ensure_setup_token(registry.engine, settings)
    if token is not None:
        _say(f"Set up the first administrator (works once): {address}/setup?token={token}")
        _say("Then create a project; its setup page shows how to send the first event.")
    elif settings.embedded and _nothing_received(registry):
        _say("Send the first event (the key is made on the project's setup page):")
        _say(guide(IntegrationKind.HTTP_API, address).code)


def _nothing_received(registry: Registry) -> bool:
    with read_transaction(registry.engine) as db:
        return db.scalar(select(TelemetryBatch.id).limit(1)) is None


def _say(line: str) -> None:
    # Not a log: this is what the person who started the server is waiting to read.
    print(line, flush=True)  # noqa: T201

"""What a web process starts besides answering requests.

`WebApplication` may be made in one process and serve in several others, which are forked from it: what must happen
once happens when it is made, threads and connections begin when a process starts to serve.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from logister_core.db.migrate import upgrade
from logister_core.db.sessions import read_transaction
from logister_core.installation.setup_token import ensure_setup_token
from logister_core.outbox.models import TelemetryBatch
from logister_core.projects.first_event import guide
from logister_core.projects.models import IntegrationKind
from logister_core.tasks.in_process import InProcessWorker, Post
from logister_core.web.components import Components

if TYPE_CHECKING:
    from pyramid.router import Router

    from logister_core.types import Registry

logger = logging.getLogger(__name__)

NOT_SERVING = -1


class WebApplication:
    """The WSGI application of web processes. Making it brings the embedded database up to date and says where it is.

    Our servers call `share` before they fork, `start` in each process and `stop` at its end. Under any other server
    the first request starts its process.
    """

    def __init__(self, app: Router) -> None:
        self.registry: Registry = app.registry
        self._app = app
        self._serving = NOT_SERVING
        self._post: Post | None = None
        self._running: list[Callable[[], None]] = []
        _prepare(self.registry)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._serving != os.getpid():
            self.start()
            atexit.register(self.stop)
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def share(self) -> None:
        """Several processes will be forked from this one and serve together."""
        if self.registry.logister_settings.in_process_worker:
            self._post = Post()

    def start(self, number: int = 0) -> None:
        """Begin to serve as the process of this number; of several, number 0 does the background work."""
        self._serving = os.getpid()
        self._running = []
        registry = self.registry
        if registry.logister_settings.in_process_worker:
            self._start_worker(number)
        registry.hints.start()
        self._running.append(registry.hints.stop)
        registry.rejections.start()
        self._running.append(registry.rejections.stop)
        registry.live_settings.start()
        self._running.append(registry.live_settings.stop)

    def stop(self) -> None:
        """Let running jobs finish. Called in a process that does not serve, it does nothing."""
        if self._serving != os.getpid():
            return
        self._serving = NOT_SERVING
        for stop in reversed(self._running):
            stop()

    def _start_worker(self, number: int) -> None:
        if self._post is not None and number != 0:
            self._post.deliver_from(self.registry.broker)
            return
        worker = InProcessWorker(self.registry)
        worker.start()
        self._running.append(worker.stop)
        # What an earlier process left behind need not wait for the first sweep.
        self.registry.hints.hint()
        if self._post is not None:
            self._post.deliver_to(self.registry.broker)


def _prepare(registry: Registry) -> None:
    """What is done once, however many processes will serve. Leaves no thread and no connection behind."""
    settings = registry.logister_settings
    for sentence in settings.warnings():
        logger.warning(sentence)
    if settings.database.sqlite:
        upgrade(registry.engine)
    # Compiling the components takes about a second, which the first visitor need not wait for.
    Components(auto_reload=registry.settings["reload_templates"])["button"]
    _announce(registry)
    # A connection must not be shared by two processes.
    registry.engine.dispose()
    collect_less_often()


def collect_less_often() -> None:
    """For a process that serves: the garbage collector finds next to nothing in a request and takes long to look."""
    # What is alive now stays alive, so it need not be looked through again and again.
    gc.collect()
    gc.freeze()
    # Of a page's objects only few are left when it is done; looking after every 700 costs a twentieth of its time.
    gc.set_threshold(20_000, 20, 20)


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

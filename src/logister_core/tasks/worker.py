"""A worker process: what runs beside Dramatiq's threads, for as long as they run.

Dramatiq's manager forks its worker processes and asks each for a broker. Engines, clients and threads do not survive
a fork, so nothing here happens before that: `worker_broker` is called in the worker process itself.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

import dramatiq

from logister_core import plugins
from logister_core.app import configure
from logister_core.installation.saved_values import read_at_start
from logister_core.settings import Settings, with_secret_key
from logister_core.tasks.actors import Queue
from logister_core.tasks.heartbeat import Heartbeat
from logister_core.tasks.message_log import MessageLog
from logister_core.tasks.ticker import Ticker

if TYPE_CHECKING:
    from logister_core.types import Registry

logger = logging.getLogger(__name__)

QUEUES: tuple[str, ...] = get_args(Queue)

PARENT_CHECK_SECONDS = 2


def worker_broker(ini: Mapping[str, str], environ: Mapping[str, str]) -> dramatiq.Broker:
    """The broker of a worker process of these settings, with every queue declared.

    Reads what is saved in the database; connects to nothing else yet.
    """
    settings, active = plugins.load(ini, environ, saved=read_at_start)
    app = configure(with_secret_key(_for_worker(settings)), active).make_wsgi_app()
    registry: Registry = app.registry
    broker = registry.broker
    for queue in QUEUES:
        # A worker consumes what it is told to, also when this installation has nothing to put there.
        broker.declare_queue(queue)
    broker.add_middleware(MessageLog(), before=type(broker.middleware[0]))
    broker.add_middleware(WorkerProcess(registry))
    return broker


def _for_worker(settings: Settings) -> Settings:
    """The settings with the database pool of a worker, whose threads are not those of a web process."""
    database = dataclasses.replace(settings.database, pool=settings.worker_pool_size)
    return dataclasses.replace(settings, database=database)


class WorkerProcess(dramatiq.Middleware):
    """Ticker, heartbeat and settings of the process, and its end when nobody manages it any more."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._ticker = Ticker(registry)
        self._heartbeat: Heartbeat | None = None

    def after_worker_boot(self, broker: dramatiq.Broker, worker: Any) -> None:
        queues = worker.consumer_whitelist or broker.get_declared_queues()
        self._heartbeat = Heartbeat(self._registry, threads=worker.worker_threads, queues=queues)
        self._heartbeat.start()
        self._registry.live_settings.start()
        self._ticker.start()
        threading.Thread(target=_stop_with_parent, args=(os.getppid(),), name="logister-parent", daemon=True).start()

    def before_worker_shutdown(self, _broker: dramatiq.Broker, _worker: Any) -> None:
        self._ticker.stop()
        self._registry.live_settings.stop()

    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: Any) -> None:
        # In the register until its last job is finished.
        if self._heartbeat is not None:
            self._heartbeat.stop()


def _stop_with_parent(parent: int) -> None:
    """Stop in order when the manager was killed: its successor starts processes of its own."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(PARENT_CHECK_SECONDS)
    logger.warning("worker.manager_lost")
    os.kill(os.getpid(), signal.SIGTERM)

"""What a worker process says about itself in the queue's Redis (specification, operations chapter §4.3).

The live keys are the register of workers: a process that was killed is gone from it after 30 seconds.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import redis
from sqlalchemy.pool import QueuePool

from logister_core import __version__
from logister_core.logs import event
from logister_core.tasks.brokers import HEARTBEAT_PREFIX, REDIS_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from logister_core.types import Registry

logger = logging.getLogger(__name__)

BEAT_SECONDS = 10
TTL_SECONDS = 30


class Heartbeat:
    """`threads` and `queues` are what the process really runs, whatever was configured."""

    def __init__(self, registry: Registry, *, threads: int, queues: Iterable[str]) -> None:
        settings = registry.logister_settings
        assert settings.tasks.queue_url is not None, "separate workers need Redis"  # noqa: S101
        self._registry = registry
        self._threads = threads
        self._headroom = settings.database.pool_headroom
        self._queues = ",".join(sorted(queues))
        self._redis = redis.Redis.from_url(
            settings.tasks.queue_url,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
        self.key = f"{HEARTBEAT_PREFIX}{socket.gethostname()}:{os.getpid()}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="logister-heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Leave the register; a Redis that is away forgets the key by itself."""
        self._stopping.set()
        self._thread.join(timeout=BEAT_SECONDS)
        try:
            self._redis.delete(self.key)
        except redis.RedisError:
            logger.info("worker.heartbeat_not_removed", exc_info=True)
        self._redis.close()

    def beat(self) -> None:
        """Write the key once. Raises `redis.RedisError`."""
        facts: dict[Any, Any] = self.facts()
        if facts["valid"] == "false":
            logger.warning(event("worker.pool_too_small", size=facts["size"], required=facts["required"]))
        with self._redis.pipeline() as commands:
            commands.hset(self.key, mapping=facts)
            commands.expire(self.key, TTL_SECONDS)
            commands.execute()

    def facts(self) -> dict[str, str]:
        """The fields of the hash."""
        pool = self._registry.engine.pool
        size = pool.size() if isinstance(pool, QueuePool) else 0
        required = self._threads + self._headroom
        return {
            "hostname": socket.gethostname(),
            "pid": str(os.getpid()),
            "size": str(size),
            "worker_threads": str(self._threads),
            "headroom": str(self._headroom),
            "required": str(required),
            "valid": "true" if size >= required else "false",
            "updated_at": self._registry.clock().isoformat(),
            "queues": self._queues,
            "version": __version__,
        }

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.beat()
            except redis.RedisError:
                # Work goes on as soon as Redis is back, and so does the heartbeat.
                logger.warning("worker.heartbeat_failed", exc_info=True)
            self._stopping.wait(BEAT_SECONDS)

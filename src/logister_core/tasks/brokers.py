"""The two brokers: Redis with separate worker processes, or threads of this process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, Retries, ShutdownNotifications, TimeLimit

from logister_core.tasks.recurring import RecurringState

if TYPE_CHECKING:
    from logister_core.types import Registry

# A broker that does not answer within this many seconds counts as down.
REDIS_TIMEOUT_SECONDS = 2

# What the names of all our keys in the queue's Redis begin with.
NAMESPACE = "logister"
# And those under which worker processes say that they live; see `tasks.heartbeat`.
HEARTBEAT_PREFIX = "logister:worker_database_pool:"


def make_broker(registry: Registry) -> dramatiq.Broker:
    """The broker of these settings. Connects to nothing yet."""
    middleware = [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Pipelines(),
        Retries(),
        RecurringState(registry),
    ]
    url = registry.logister_settings.tasks.queue_url
    if url is None:
        return InProcessBroker(middleware=middleware)
    import redis
    from dramatiq.brokers.redis import RedisBroker

    # A client of our own: the broker would make one from the URL alone and wait for the library's 5 seconds.
    client = redis.Redis.from_url(
        url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    )
    broker: dramatiq.Broker = RedisBroker(client=client, middleware=middleware, namespace=NAMESPACE)  # type: ignore[no-untyped-call]
    return broker


class InProcessBroker(StubBroker):
    """Dramatiq's in-memory broker, for a worker in the same process.

    Messages die with the process; that is allowed, since every message is only a hint at rows.
    """

    def __init__(self, middleware: list[dramatiq.Middleware]) -> None:
        super().__init__(middleware)
        # Kept for a look in a debugger; unbounded they would pile up for as long as the server runs.
        self.dead_letters_by_queue: Any = defaultdict(lambda: deque(maxlen=10))
        # Set where no worker runs: takes messages to the process that has one.
        self.elsewhere: Callable[[dramatiq.Message[Any]], None] | None = None

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        if self.elsewhere is None:
            queued: dramatiq.Message[Any] = super().enqueue(message, delay=delay)
            return queued
        # A delay is only asked for by a worker that tries again, and there is none here.
        self.elsewhere(message)
        return message

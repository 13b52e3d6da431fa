"""The worker inside the web process: what the embedded default runs instead of Redis and worker processes."""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING

import dramatiq

from logister_core.tasks.brokers import InProcessBroker
from logister_core.tasks.ticker import Ticker

if TYPE_CHECKING:
    from logister_core.types import Registry

logger = logging.getLogger(__name__)

# Bytes of the largest message that is carried; ours name an actor and a few numbers.
LARGEST_MESSAGE = 65_536


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


class Post:
    """Carries messages to the one process with a worker from the others that were forked with it.

    What does not fit because that process is away is dropped; a message is only a hint at rows, and it looks for
    them when it starts.
    """

    def __init__(self) -> None:
        self._receiver, self._sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sender.setblocking(False)

    def deliver_from(self, broker: dramatiq.Broker) -> None:
        """Let this process send away what it puts on its queues."""
        assert isinstance(broker, InProcessBroker), "other brokers reach every process"  # noqa: S101
        broker.elsewhere = self._send

    def deliver_to(self, broker: dramatiq.Broker) -> None:
        """Put what arrives on the queues of this process, for as long as it lives."""
        threading.Thread(target=self._receive, args=(broker,), name="logister-post", daemon=True).start()

    def _send(self, message: dramatiq.Message[object]) -> None:
        try:
            self._sender.send(message.encode())
        except OSError:
            logger.info("post.message_dropped", exc_info=True)

    def _receive(self, broker: dramatiq.Broker) -> None:
        while True:
            data = self._receiver.recv(LARGEST_MESSAGE)
            try:
                broker.enqueue(dramatiq.Message.decode(data))
            except Exception:
                logger.warning("post.message_lost", exc_info=True)

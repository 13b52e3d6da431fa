"""Where accepted telemetry goes next: the core's projector, and whatever plugins add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

from logister_core.outbox.models import TelemetryBatch

if TYPE_CHECKING:
    from logister_core.types import Configurator


class Destination(Protocol):
    """Applies batches so that twice equals once.

    `apply` runs in a transaction that also marks the deliveries completed. Inside the database that makes it exactly
    once; a destination outside must tell a repeat by the batch ids, and raise an OSError while it cannot be reached:
    then no row is to blame, however long it takes. Rows whose id is in `skip` are left out: the outbox found that they
    can never succeed.

    One that waits for another server says so with `outside = True`: its session is for reading only, so that nobody who
    writes waits with it, and the deliveries are marked in a transaction of their own when it is done. It may also have
    a method `ready()`: while that says no, deliveries stay as they are and nobody calls `apply`.
    """

    @property
    def name(self) -> str: ...

    @property
    def max_rows(self) -> int:
        """How many rows may be joined into one `apply`."""
        ...

    def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None: ...


def is_outside(destination: Destination) -> bool:
    return getattr(destination, "outside", False)


def is_ready(destination: Destination) -> bool:
    ready: Callable[[], bool] | None = getattr(destination, "ready", None)
    return ready is None or ready()


def add_delivery_destination(config: Configurator, destination: Destination) -> None:
    """Directive: every batch accepted from now on owes `destination` a delivery."""
    config.registry.destinations[destination.name] = destination

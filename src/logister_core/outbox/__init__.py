"""What must still happen to accepted telemetry: deliveries per batch and destination, and who works them off."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from logister_core.outbox.destinations import add_delivery_destination
from logister_core.outbox.projector import MAX_ROWS, MAX_ROWS_ON_SQLITE, Projector, add_projection
from logister_core.tasks.actors import send
from logister_core.tasks.hints import Hints

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.outbox import actors

    registry = config.registry
    registry.destinations = {}
    registry.hints = Hints(lambda: send(registry, actors.deliver))
    config.add_directive("add_delivery_destination", add_delivery_destination)
    config.add_directive("add_projection", add_projection)
    sqlite = registry.logister_settings.database.sqlite
    config.add_delivery_destination(Projector(registry.clock, max_rows=MAX_ROWS_ON_SQLITE if sqlite else MAX_ROWS))
    config.add_recurring_job("telemetry_projector", actors.deliver, every=timedelta(minutes=1))
    config.add_recurring_job("finished_batches_cleanup", actors.remove_finished_batches, every=timedelta(hours=1))
    config.add_recurring_job("telemetry_partitions", actors.make_partitions, at=time(0, 20))
    config.scan("logister_core.outbox")

"""The bell of the application bar: tells that there is a newer release, until somebody has dismissed it."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.updates.actors import check_for_update
    from logister_core.updates.queries import bell_entries
    from logister_core.updates.services import Dismissals

    config.register_service_factory(Dismissals.from_request, Dismissals)
    config.add_request_method(bell_entries, "bell_entries", reify=True)
    config.add_recurring_job("update_check", check_for_update, at=time(5, 10))
    config.add_route("updates.dismiss", "/notifications/dismiss")
    config.scan()

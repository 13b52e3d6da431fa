"""What `GET /health/clickhouse` answers (specification, ClickHouse chapter §5)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from logister_core.health import Health
from logister_plugins.clickhouse import Settings
from logister_plugins.clickhouse.schema_status import SchemaStatus, schema_status
from logister_plugins.clickhouse.server import Server, server_of

if TYPE_CHECKING:
    from logister_core.types import Registry

# Anybody may ask, as often as they like.
KEPT_SECONDS: Final = 30


def health(registry: Registry) -> Health:
    settings = registry.logister_settings.section(Settings)
    details = {"clickhouse_enabled": settings.enabled, "clickhouse_mode": settings.mode}
    if not settings.enabled:
        return Health("disabled", details)
    server = server_of(registry)
    status = _kept(registry).of(server)
    if status.ready:
        return Health("ok", details | {"clickhouse_ready": True})
    # Not why it cannot be reached: that names addresses.
    told = ("healthy", "database", "missing_tables", "present_tables", "event_type_columns", "schema_issues")
    described = status.as_json()
    return Health("degraded", details | {"clickhouse_ready": False, "schema": {key: described[key] for key in told}})


class KeptStatus:
    """The last one that ClickHouse told, for a while. That it could not be reached is found out anew each time, for as
    long as the circuit breaker lets anybody ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._status: SchemaStatus | None = None
        self._until = 0.0

    def of(self, server: Server) -> SchemaStatus:
        with self._lock:
            kept = self._status
            if kept is not None and kept.settings == server.settings and time.monotonic() < self._until:
                return kept
        status = schema_status(server)
        with self._lock:
            self._status = status if status.healthy else None
            self._until = time.monotonic() + KEPT_SECONDS
        return status

    def forget(self) -> None:
        with self._lock:
            self._status = None


def _kept(registry: Registry) -> KeptStatus:
    found: KeptStatus = registry.setdefault("logister_plugins.clickhouse.status", KeptStatus())
    return found


def forget_status(registry: Registry) -> None:
    """After the schema was changed from here."""
    _kept(registry).forget()

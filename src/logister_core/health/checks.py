"""Checks that plugins and features declare, each answered at `/health/<name>`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logister_core.types import Configurator, Registry


@dataclass(frozen=True)
class Health:
    """`status` is `ok`, `disabled` or `degraded`; the answer is 503 for the last. `details` hold no secrets."""

    status: str
    details: dict[str, Any] = field(default_factory=dict)


HealthCheck = Callable[["Registry"], Health]


def add_health_check(config: Configurator, name: str, check: HealthCheck) -> None:
    """Directive: answer `GET /health/<name>` with what `check` finds."""
    config.registry.health_checks[name] = check

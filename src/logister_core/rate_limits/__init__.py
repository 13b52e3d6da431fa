"""How many requests of a kind somebody may send in a while: counted in Redis, or in this process without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.rate_limits.limiter import Counters, RateLimiter, Verdict
from logister_core.rate_limits.memory import MemoryCounters

if TYPE_CHECKING:
    from logister_core.health import Health
    from logister_core.types import Configurator, Registry

__all__ = ["Counters", "RateLimiter", "Verdict"]


def includeme(config: Configurator) -> None:
    config.registry.rate_limiter = make_limiter(config.registry)
    config.add_health_check("rate_limits", health)


def make_limiter(registry: Registry) -> RateLimiter:
    """One that has counted nothing in this process yet."""
    return RateLimiter(_counters(registry), registry.clock)


def health(registry: Registry) -> Health:
    """Whether the counters answer. While they do not, requests go on unlimited."""
    from logister_core.health import Health

    answers = registry.rate_limiter.answers()
    return Health("ok" if answers else "degraded", {"store": registry.rate_limiter.store})


def _counters(registry: Registry) -> Counters:
    url = registry.logister_settings.tasks.rate_limit_url
    if url is None:
        return MemoryCounters()
    from logister_core.rate_limits.redis_counters import RedisCounters

    return RedisCounters(url)

"""What a Redis says about itself and about the queues in it.

Its library is imported where it is used: a process without Redis has no use for it, and is made to import this module.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any, Final, get_args

from logister_core.tasks.actors import Queue
from logister_core.tasks.brokers import HEARTBEAT_PREFIX, NAMESPACE, REDIS_TIMEOUT_SECONDS

UNKNOWN: Final = "unknown"
# Queues lose messages when Redis may throw away what it likes.
POLICY: Final = "noeviction"


def connect(url: str) -> Any:
    """A client that gives up soon; it connects when it is first used."""
    import redis

    return redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        decode_responses=True,
    )


def unreachable(url: str) -> str | None:
    """The kind of error; its words could repeat the password."""
    import redis

    try:
        with closing(connect(url)) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return type(error).__name__
    return None


def server_facts(client: Any) -> dict[str, Any]:
    """Whether it keeps what it is given. Servers that do not tell are unknown, which is no mistake."""
    import redis

    facts: dict[str, Any] = {
        "maxmemory_policy": UNKNOWN,
        "policy_valid": UNKNOWN,
        "aof_enabled": UNKNOWN,
        "persistence_configured": UNKNOWN,
        "role": UNKNOWN,
        "connected_replicas": UNKNOWN,
        "high_availability_observed": UNKNOWN,
    }
    with suppress(redis.ResponseError):
        info = client.info()
        policy = info.get("maxmemory_policy", UNKNOWN)
        facts["maxmemory_policy"] = policy
        facts["policy_valid"] = UNKNOWN if policy == UNKNOWN else policy == POLICY
        facts["aof_enabled"] = bool(info.get("aof_enabled", 0))
        facts["persistence_configured"] = facts["aof_enabled"]
        facts["role"] = info.get("role", UNKNOWN)
        facts["connected_replicas"] = info.get("connected_slaves", 0)
        facts["high_availability_observed"] = info.get("connected_slaves", 0) > 0 or info.get("role") == "slave"
    with suppress(redis.ResponseError):
        # Hosted servers often refuse this one.
        facts["persistence_configured"] = facts["aof_enabled"] is True or bool(client.config_get("save").get("save"))
    return facts


def queue_facts(client: Any, now: datetime) -> dict[str, Any]:
    """How many messages wait, and since when the oldest; delayed ones are tried again later."""
    queues, delayed, dead = {}, 0, 0
    for name in get_args(Queue):
        key = f"{NAMESPACE}:{name}"
        oldest = _enqueued_at(client, key)
        queues[name] = {
            "size": client.llen(key),
            "oldest_enqueued_at": oldest.isoformat() if oldest else None,
            "age_seconds": max(0, round((now - oldest).total_seconds())) if oldest else None,
        }
        delayed += client.llen(f"{key}.DQ")
        dead += client.zcard(f"{key}.XQ")
    return {"queues": queues, "delayed_size": delayed, "dead_size": dead}


def worker_facts(client: Any) -> list[dict[str, str]]:
    """The heartbeats of worker processes that live; see `tasks.heartbeat`."""
    found = [client.hgetall(key) for key in sorted(client.scan_iter(match=f"{HEARTBEAT_PREFIX}*"))]
    return [facts for facts in found if facts]


def _enqueued_at(client: Any, key: str) -> datetime | None:
    message_id = client.lindex(key, 0)
    raw = client.hget(f"{key}.msgs", message_id) if message_id else None
    try:
        return datetime.fromtimestamp(json.loads(raw)["message_timestamp"] / 1000, UTC) if raw else None
    except (ValueError, KeyError, TypeError):
        return None

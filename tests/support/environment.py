"""What the tests let through of the environment they are started in."""

from __future__ import annotations

from collections.abc import MutableMapping

from . import postgres, redis
from .shipped import all_variables


def settle(environ: MutableMapping[str, str]) -> None:
    """Keep running servers for the tests as TEST_… variables and drop every variable the product reads.

    A developer's LOGISTER_ENV or PORT must not decide what a test sees.
    """
    for ours, theirs in ((postgres.VARIABLE, "DATABASE_URL"), (redis.VARIABLE, "REDIS_URL")):
        if not environ.get(ours) and environ.get(theirs, "").startswith(("postgres", "redis")):
            environ[ours] = environ[theirs]
    for variable in all_variables():
        for name in (variable.name, *variable.aliases):
            environ.pop(name, None)

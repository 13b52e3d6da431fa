"""Counters in Redis, shared by all web processes: one round trip for each hit.

Every request of the write API comes through here twice, and redis-py's client takes 120 µs of processor time for such
a command, three quarters of it in layers that are not needed here. Its connections, used directly, take a third.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

Answer = TypeVar("Answer")

# Clients give up after two seconds; who counts must not use up more than a part of them.
TIMEOUT_SECONDS: Final = 0.5

# A counter without an end would stay for ever, so both happen together or not at all.
SCRIPT: Final = b"""\
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if sum == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return sum"""
DIGEST: Final = hashlib.sha1(SCRIPT, usedforsecurity=False).hexdigest().encode()


def _packed(word: bytes) -> bytes:
    """A word of a command as the protocol has it."""
    return b"$%d\r\n%b\r\n" % (len(word), word)


# A command is the number of its words and the words; the first two go on with a key and two arguments.
EVALSHA: Final = b"*6\r\n" + _packed(b"EVALSHA") + _packed(DIGEST) + _packed(b"1")
EVAL: Final = b"*6\r\n" + _packed(b"EVAL") + _packed(SCRIPT) + _packed(b"1")
PING: Final = b"*1\r\n" + _packed(b"PING")


class RedisCounters:
    """Connects when it is first used, in whichever process that is. Raises `redis.RedisError`."""

    name = "redis"

    def __init__(self, url: str) -> None:
        # The pool only reads the URL; connections that are not in use wait in `_idle`, the last used on top.
        self._pool = redis.ConnectionPool.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Trying again is for the next request: this one would only wait longer.
            retry=Retry(NoBackoff(), 0),
            # The older protocol saves a round trip when connecting, and all replies are numbers.
            protocol=2,
        )
        self._idle: deque[Any] = deque()
        self._process = os.getpid()

    def add(self, key: str, amount: int, *, keep: int, now: float) -> int:
        arguments = _packed(key.encode()) + _packed(b"%d" % amount) + _packed(b"%d" % keep)

        def count(connection: Any) -> int:
            try:
                return int(_ask(connection, EVALSHA + arguments))
            except redis.exceptions.NoScriptError:
                # A server that was restarted does not know the script yet; this teaches it.
                return int(_ask(connection, EVAL + arguments))

        return self._with_connection(count)

    def ping(self) -> None:
        self._with_connection(lambda connection: _ask(connection, PING))

    def _with_connection(self, use: Callable[[Any], Answer]) -> Answer:
        if self._process != os.getpid():
            # Forked: the connections belong to the process that made them.
            self._idle, self._process = deque(), os.getpid()
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._fresh(use)
        try:
            answer = use(connection)
        except redis.ConnectionError:
            # Closed by the server while it was idle, and so will the others be.
            self._idle.clear()
            return self._fresh(use)
        self._idle.append(connection)
        return answer

    def _fresh(self, use: Callable[[Any], Answer]) -> Answer:
        connection = self._pool.connection_class(**self._pool.connection_kwargs)
        answer = use(connection)
        # One that failed is not kept: what its server would still say answers a question nobody asks any more.
        self._idle.append(connection)
        return answer


def _ask(connection: Any, command: bytes) -> Any:
    """Send one command, connecting if need be, and return its reply."""
    connection.send_packed_command([command])
    return connection.read_response()

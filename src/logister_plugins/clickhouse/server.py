"""Asking ClickHouse, through clickhouse-connect.

Whoever asks gets an answer, a `Verdict` about what was sent, or `Unavailable`, which is an OSError: the outbox then
knows that no row is to blame. The library is imported when it is needed.
"""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from logister_plugins.clickhouse import MISSING_LIBRARY, Settings
from logister_plugins.clickhouse.breaker import CircuitBreaker

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

    from logister_core.types import Registry

Answer = TypeVar("Answer")

CONNECT_SECONDS: Final = 2
INSERT_SECONDS: Final = 5
LOOK_SECONDS: Final = 5
SCHEMA_SECONDS: Final = 600

# What says that a value cannot be stored, whenever it is sent: it cannot be parsed or converted, is out of range, or is
# against a constraint of the table.
BAD_VALUE: Final = frozenset(
    {6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 321, 349, 376, 441, 467, 469, 636, 675, 676, 677, 691}
)
# ClickHouse answers, but has no time or room: as good as away.
OVERLOADED: Final = frozenset({159, 160, 201, 202, 209, 210, 241, 242, 243, 252, 319, 439})


class Purpose(Enum):
    INSERT = "insert"
    LOOK = "look"
    QUERY = "query"
    SCHEMA = "schema"


class Unavailable(OSError):
    """Trying the same again later may succeed."""


class Verdict(Exception):
    """ClickHouse refuses what it was sent, and always will."""


class Server:
    """The one that `settings` name. Thread-safe; connections are made when they are needed."""

    def __init__(self, settings: Settings, breaker: CircuitBreaker) -> None:
        self.settings = settings
        self.breaker = breaker
        self._clients: dict[Purpose, Client] = {}
        self._lock = threading.Lock()

    def insert(self, table: str, lines: bytes, *, token: str) -> None:
        """Store rows (JSON, one a line). The same token again, with the same rows, stores nothing."""
        settings = {
            "insert_deduplicate": 1,
            "insert_deduplication_token": token,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            # Clients may send times of any month, and a batch of theirs is not to be stuck here for it.
            "max_partitions_per_insert_block": 0,
        }
        block = gzip.compress(lines, 1)
        self._ask(
            Purpose.INSERT,
            lambda client: client.raw_insert(
                self._qualified(table), insert_block=block, fmt="JSONEachRow", compression="gzip", settings=settings
            ),
        )

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        return self._rows(Purpose.QUERY, query, parameters)

    def look_up(self, query: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """What ClickHouse knows without looking into tables; somebody waits for it."""
        return self._rows(Purpose.LOOK, query, parameters)

    def _rows(self, purpose: Purpose, query: str, parameters: Mapping[str, Any] | None) -> Sequence[Sequence[Any]]:
        return self._ask(purpose, lambda client: client.query(query, parameters=dict(parameters or {})).result_rows)

    def change_schema(self, statement: str) -> None:
        """As the user for that."""
        self._ask(Purpose.SCHEMA, lambda client: client.command(statement))

    def close(self) -> None:
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            with contextlib.suppress(Exception):
                client.close()

    def _qualified(self, table: str) -> str:
        return f"{self.settings.database}.{table}"

    def _ask(self, purpose: Purpose, question: Callable[[Client], Answer]) -> Answer:
        from clickhouse_connect.driver.exceptions import ClickHouseError, Error
        from urllib3.exceptions import HTTPError

        if not self.breaker.allows():
            raise Unavailable("ClickHouse was not asked: the circuit breaker is open")
        try:
            answer = question(self._client(purpose))
        except (ClickHouseError, HTTPError, OSError) as error:
            code = error.code if isinstance(error, Error) else None
            if code is None:
                reason = _transport_reason(error)
                self.breaker.failed(reason)
                # What the library says besides fills pages of the log and names addresses.
                raise Unavailable(f"ClickHouse cannot be reached: {reason}") from None
            said = _said(error)
            if code in OVERLOADED:
                self.breaker.failed(said)
            else:
                self.breaker.succeeded()
            if code in BAD_VALUE and purpose is Purpose.INSERT:
                raise Verdict(said) from None
            raise Unavailable(f"ClickHouse refuses: {said}") from None
        self.breaker.succeeded()
        return answer

    def _client(self, purpose: Purpose) -> Client:
        with self._lock:
            client = self._clients.get(purpose)
            if client is None:
                client = self._clients[purpose] = self._connect(purpose)
            return client

    def _connect(self, purpose: Purpose) -> Client:
        import clickhouse_connect

        settings, parts = self.settings, urlsplit(self.settings.url)
        username, password = settings.username, settings.password
        if purpose is Purpose.SCHEMA:
            username, password = settings.migration_username or username, settings.migration_password or password
        seconds = {
            Purpose.INSERT: INSERT_SECONDS,
            Purpose.LOOK: LOOK_SECONDS,
            Purpose.QUERY: settings.max_execution_seconds,
            Purpose.SCHEMA: SCHEMA_SECONDS,
        }[purpose]
        return clickhouse_connect.get_client(
            interface=parts.scheme,
            host=parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            proxy_path=parts.path.strip("/"),
            username=username,
            password=password or "",
            # Every name is qualified, and the database may have to be made first.
            database="__default__",
            connect_timeout=CONNECT_SECONDS,
            send_receive_timeout=seconds,
            query_retries=0,
            settings={**dict(parse_qsl(parts.query)), "max_execution_time": settings.max_execution_seconds},
            # Threads share it.
            autogenerate_session_id=False,
            client_name="logister",
        )


class Servers:
    """Of one application: the server in effect, and what is known of those that were asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breakers: dict[tuple[Any, ...], CircuitBreaker] = {}
        self._current: Server | None = None

    def current(self, settings: Settings) -> Server:
        """Another one as soon as the settings are others."""
        with self._lock:
            if self._current is None or self._current.settings != settings:
                if self._current is not None:
                    self._current.close()
                self._current = Server(settings, self._breaker(settings))
            return self._current

    def candidate(self, settings: Settings) -> Server:
        """To be closed by whoever tries it; it does not wait for a pause to end."""
        return Server(settings, CircuitBreaker(settings.circuit_failure_threshold, settings.circuit_open_seconds))

    def breaker(self, settings: Settings) -> CircuitBreaker:
        with self._lock:
            return self._breaker(settings)

    def _breaker(self, settings: Settings) -> CircuitBreaker:
        threshold, seconds = settings.circuit_failure_threshold, settings.circuit_open_seconds
        return self._breakers.setdefault(
            (settings.url, settings.database, threshold, seconds), CircuitBreaker(threshold, seconds)
        )


def servers_of(registry: Registry) -> Servers:
    found: Servers = registry.setdefault("logister_plugins.clickhouse", Servers())
    return found


def server_of(registry: Registry) -> Server:
    """The one of the settings in effect."""
    return servers_of(registry).current(registry.logister_settings.section(Settings))


def require_library() -> None:
    """Raises ImportError with the sentence that says what to install."""
    try:
        import clickhouse_connect  # noqa: F401
    except ImportError as error:
        raise ImportError(MISSING_LIBRARY) from error


def _said(error: Exception) -> str:
    """ClickHouse's own words, without the library's around them."""
    text = str(error)
    start = text.find("DB::Exception: ")
    text = text[start + len("DB::Exception: ") :] if start >= 0 else text
    return text.partition(" (for url ")[0].partition(" (version ")[0].strip()


def _transport_reason(error: Exception) -> str:
    """Why there was no answer, without the address and what else the library repeats."""
    inner: Any = error.__cause__ or error
    inner = getattr(inner, "reason", None) or inner
    name = type(inner).__name__
    if "Timeout" in name:
        return "it did not answer in time"
    if name == "NameResolutionError":
        return "there is no host of that name"
    if "refused" in str(inner):
        return "the connection was refused"
    if name in ("DatabaseError", "OperationalError"):
        return "what answers is not ClickHouse, or not well"
    return name

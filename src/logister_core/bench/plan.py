"""What a run measures, and the figures it gives."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from logister_core.bench.load import LoadResult

SERVERS = ("waitress", "granian")


@dataclass(frozen=True)
class Plan:
    servers: tuple[str, ...]
    sizes: tuple[str, ...]
    connections: int
    """For single events."""
    batch_connections: int
    slices: int
    seconds: float
    """Of each slice."""
    warm_up: float
    threads: tuple[int, ...]
    processes: tuple[int, ...]
    """Of each web server; the best of them is found out."""
    probe_seconds: float
    stored_events: int
    """At least so many are stored to see how much room one takes."""
    soak_seconds: float
    """How long memory is watched; 0 for not at all."""


@dataclass(frozen=True)
class Twin:
    """A web server that does more or less than ours does."""

    name: str
    words: str
    environ: dict[str, str] = field(default_factory=dict, hash=False)
    arguments: tuple[str, ...] = ()
    stores: bool = True


NULL = Twin("null", "null acceptor (all but the database)", arguments=("--null",), stores=False)
GROUP = Twin("group", "group commit", {"LOGISTER_ACCEPTOR": "group"})
BESIDE = Twin("beside", "group commit beside a worker", {"LOGISTER_ACCEPTOR": "group"})
SQLITE = Twin("sqlite", "group commit on SQLite", {"LOGISTER_ACCEPTOR": "group"})
REQUEST = Twin("request", "one transaction per request", {"LOGISTER_ACCEPTOR": "request"})
TWINS = {twin.name: twin for twin in (NULL, GROUP, BESIDE, SQLITE, REQUEST)}


@dataclass(frozen=True)
class Setup:
    """How a web server runs."""

    server: str
    processes: int
    threads: int

    @property
    def words(self) -> str:
        return f"{self.server}, {self.processes} × {self.threads} threads"


@dataclass(frozen=True)
class Probe:
    setup: Setup
    per_second: float


@dataclass(frozen=True)
class Slice:
    """One turn of a twin."""

    per_second: float
    """Accepted events."""
    p50_ms: float
    p99_ms: float
    """Of a request."""
    web_cpu_us: float
    """Processor time of the web server per event."""
    load_cpu_us: float
    """The same of the load generator."""
    per_transaction: float | None
    """Events committed together, on average; None where nothing is stored."""
    lag_seconds: float | None = None
    """From the end of the load until all was grouped; None where no worker ran."""


@dataclass(frozen=True)
class Figure:
    """A twin at one way of sending; what it says of itself are medians of its slices."""

    setup: Setup
    twin: str
    kind: str
    size: str
    connections: int
    slices: tuple[Slice, ...]

    @property
    def per_second(self) -> float:
        return statistics.median(part.per_second for part in self.slices)

    @property
    def p50_ms(self) -> float:
        return statistics.median(part.p50_ms for part in self.slices)

    @property
    def p99_ms(self) -> float:
        return statistics.median(part.p99_ms for part in self.slices)

    @property
    def web_cpu_us(self) -> float:
        return statistics.median(part.web_cpu_us for part in self.slices)

    @property
    def load_cpu_us(self) -> float:
        return statistics.median(part.load_cpu_us for part in self.slices)

    @property
    def per_transaction(self) -> float | None:
        found = [part.per_transaction for part in self.slices if part.per_transaction is not None]
        return statistics.median(found) if found else None

    @property
    def lag_seconds(self) -> float | None:
        """The longest."""
        return max((part.lag_seconds for part in self.slices if part.lag_seconds is not None), default=None)

    @property
    def tail(self) -> float:
        """How many times the median the slowest hundredth takes."""
        return statistics.median(part.p99_ms / part.p50_ms for part in self.slices if part.p50_ms)

    def ratio(self, other: Figure) -> float:
        """How many times the other twin's rate, turn by turn."""
        pairs = zip(self.slices, other.slices, strict=False)
        return statistics.median(mine.per_second / theirs.per_second for mine, theirs in pairs)


@dataclass(frozen=True)
class Drain:
    """What one worker does with a backlog."""

    events: int
    seconds: float
    groups: int
    occurrence_bytes: int
    """What grouping stored, with all indexes."""

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


@dataclass(frozen=True)
class Room:
    """Bytes on the disk, with all indexes, beyond what the empty tables take; no vacuum has looked at them yet."""

    events: int
    by_table: dict[str, int]

    @property
    def per_event(self) -> float:
        return sum(self.by_table.values()) / max(self.events, 1)


@dataclass(frozen=True)
class Soak:
    """Resident memory of one web server under mixed load for a while."""

    setup: Setup
    seconds: float
    samples: tuple[tuple[float, int], ...]
    """Seconds since the start, and bytes."""

    @property
    def early(self) -> float:
        """The median of what ten minutes would call minutes two and three."""
        return self._median(0.1, 0.3)

    @property
    def late(self) -> float:
        """The median of the last tenth."""
        return self._median(0.9, 1.0)

    @property
    def growth(self) -> float:
        return self.late / self.early - 1

    def _median(self, begin: float, end: float) -> float:
        chosen = [size for moment, size in self.samples if begin <= moment / self.seconds <= end]
        return statistics.median(chosen or [self.samples[-1][1]])


@dataclass(frozen=True)
class Results:
    copy_rows: float
    """Rows per second by raw COPY."""
    ceiling: LoadResult
    """What the load generator reaches at a server that does nothing."""
    probes: Sequence[Probe]
    figures: Sequence[Figure]
    drain: Drain
    room: Room
    soaks: Sequence[Soak]

    def find(self, twin: Twin, *, server: str, kind: str, size: str) -> Figure | None:
        wanted = (twin.name, server, kind, size)
        found = (figure for figure in self.figures if _key(figure) == wanted)
        return next(found, None)


def _key(figure: Figure) -> tuple[str, str, str, str]:
    return figure.twin, figure.setup.server, figure.kind, figure.size

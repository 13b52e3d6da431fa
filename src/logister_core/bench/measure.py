"""The plan of a run: which twins, how many threads, in which order.

Twins are measured in short slices that take turns, so that whatever else the machine does meets all of them. The
figure of a twin is the median of its slices; a ratio is the median of the ratios of slices that followed each other.
"""

from __future__ import annotations

import dataclasses
import os
import random
import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from logister_core.bench import copying
from logister_core.bench.database import Grouped, Stored, Target
from logister_core.bench.load import Load, LoadResult
from logister_core.bench.processes import Child, await_port, free_port, running, send
from logister_core.ingest.endpoints import EVENTS_PATH
from logister_core.settings import Settings, variables

SLICES = 5
# A slice shorter than this would measure the start of connections.
SHORTEST_SLICE = 1.0
# So long the worker may take for what was accepted, seconds.
DRAIN_PATIENCE = 600


@dataclass(frozen=True)
class Twin:
    name: str
    words: str
    environ: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    stores: bool = True


NULL = Twin("null", "null acceptor (everything but the database)", arguments=("--null",), stores=False)
SILENT = Twin(
    "null_unlogged", "null acceptor, no access log", {"LOGISTER_LOG_LEVEL": "warn"}, ("--null",), stores=False
)
GROUP = Twin("group", "group commit", {"LOGISTER_ACCEPTOR": "group"})
REQUEST = Twin("request", "one transaction per request", {"LOGISTER_ACCEPTOR": "request"})


@dataclass(frozen=True)
class Plan:
    seconds: float
    probe_seconds: float
    warm_up: float
    connections: tuple[int, ...]
    threads: tuple[int, ...]
    size: str


@dataclass(frozen=True)
class Figure:
    """Accepted events of one twin at one number of connections."""

    twin: str
    threads: int
    connections: int
    per_second: float
    p50_ms: float
    p99_ms: float
    web_cpu_us: float
    """Processor time of the web process per event."""
    load_cpu_us: float
    """The same of the load generator."""
    per_transaction: float | None
    """Events committed together, on average; None where nothing is stored."""
    slices: tuple[float, ...] = ()
    """Events per second of each turn, of which `per_second` is the median."""

    def ratio(self, other: Figure) -> float:
        """How many times the other twin's rate, turn by turn."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.slices, other.slices, strict=True))


@dataclass(frozen=True)
class Drain:
    events: int
    seconds: float
    groups: int

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


@dataclass(frozen=True)
class Memory:
    """Peak resident bytes; None where the system does not tell."""

    web: int | None
    worker: int | None


@dataclass(frozen=True)
class Draining:
    """What the worker does: with a backlog, and beside intake."""

    backlog: Drain
    beside: Figure
    lag_seconds: float
    """From the end of that load until everything was grouped."""
    memory: Memory


@dataclass(frozen=True)
class Results:
    copy_rows: float
    ceiling: LoadResult
    probes: dict[str, dict[int, float]]
    figures: list[Figure]
    draining: Draining

    def figure(self, twin: Twin, connections: int) -> Figure:
        return next(found for found in self.figures if (found.twin, found.connections) == (twin.name, connections))


@dataclass(frozen=True)
class _Server:
    twin: Twin
    threads: int
    port: int
    child: Child


@dataclass
class Measurement:
    plan: Plan
    settings: Settings
    target: Target
    folder: Path
    say: Callable[[str], None]

    def run(self) -> Results:
        self.say("raw COPY …")
        copy_rows = copying.copy_rate(self.target, self.plan.size, self.plan.seconds / 2)
        self.say(f"{copy_rows:,.0f} rows/s. The load generator against a bare server …")
        ceiling = self._ceiling()
        probes: dict[str, dict[int, float]] = {}
        if len(self.plan.threads) > 1:
            probes = {twin.name: self._probe(twin) for twin in (NULL, GROUP, REQUEST)}
        threads = {twin.name: self._best_threads(probes.get(twin.name)) for twin in (NULL, GROUP, REQUEST)}
        threads[SILENT.name] = threads[NULL.name]
        figures = self._figures(threads)
        with self._serving(GROUP, threads[GROUP.name]) as server:
            draining = self._drain(server)
        return Results(copy_rows, ceiling, probes, figures, draining)

    def _figures(self, threads: dict[str, int]) -> list[Figure]:
        with ExitStack() as stack:
            servers = [
                stack.enter_context(self._serving(twin, threads[twin.name])) for twin in (NULL, SILENT, GROUP, REQUEST)
            ]
            return [figure for connections in self.plan.connections for figure in self._in_turns(servers, connections)]

    def _in_turns(self, servers: Sequence[_Server], connections: int) -> Iterator[Figure]:
        most = max(self.plan.connections)
        chosen = [server for server in servers if server.twin is not SILENT or connections == most]
        slices = max(1, min(SLICES, int(self.plan.seconds / SHORTEST_SLICE)))
        figures: dict[str, list[Figure]] = {server.twin.name: [] for server in chosen}
        self.target.clear()
        for _ in range(slices):
            for server in chosen:
                figure = self._slice(server, connections, self.plan.seconds / slices)
                self.say(f"{connections:3} connections, {server.twin.words}: {figure.per_second:,.0f}/s")
                figures[server.twin.name].append(figure)
        for found in figures.values():
            rates = tuple(figure.per_second for figure in found)
            middle = found[rates.index(statistics.median_low(rates))]
            yield dataclasses.replace(middle, slices=rates)

    def _slice(self, server: _Server, connections: int, seconds: float) -> Figure:
        before, cpu = self.target.stored(), server.child.cpu_seconds()
        result = send(self._load(server.port, connections, seconds))
        cpu = server.child.cpu_seconds() - cpu
        after = self.target.stored()
        self._check(server.twin, result, before, after)
        batches = after.batches - before.batches
        return Figure(
            twin=server.twin.name,
            threads=server.threads,
            connections=connections,
            per_second=result.per_second,
            p50_ms=result.p50_ms,
            p99_ms=result.p99_ms,
            web_cpu_us=cpu / max(result.accepted, 1) * 1e6,
            load_cpu_us=result.cpu_us,
            per_transaction=result.accepted / batches if batches else None,
        )

    def _check(self, twin: Twin, result: LoadResult, before: Stored, after: Stored) -> None:
        """A fast answer is worth nothing if the event is not there."""
        expected = result.accepted if twin.stores else 0
        if after.events - before.events != expected:
            raise click.ClickException(
                f"{twin.words}: {result.accepted} events were accepted, {after.events - before.events} stored"
            )

    def _probe(self, twin: Twin) -> dict[int, float]:
        """Events per second by number of waitress threads, at the highest number of connections."""
        rates: dict[int, float] = {}
        for threads in self.plan.threads:
            self.target.clear()
            with self._serving(twin, threads) as server:
                rates[threads] = self._slice(server, max(self.plan.connections), self.plan.probe_seconds).per_second
            self.say(f"{twin.words}, {threads} threads: {rates[threads]:,.0f}/s")
        return rates

    def _best_threads(self, rates: dict[int, float] | None) -> int:
        return max(rates, key=rates.__getitem__) if rates else self.plan.threads[0]

    def _ceiling(self) -> LoadResult:
        port = free_port()
        with running("bare", str(port), environ=os.environ, folder=self.folder) as child:
            await_port(child, port)
            return send(self._load(port, max(self.plan.connections), self.plan.probe_seconds))

    def _drain(self, server: _Server) -> Draining:
        """First what a backlog takes, then what intake and worker do side by side."""
        most = max(self.plan.connections)
        self.target.clear()
        accepted = self._slice(server, most, self.plan.seconds)
        events = self.target.stored().events
        self.say(f"{accepted.per_second:,.0f}/s accepted without a worker; grouping {events:,} events …")
        with running("worker", environ=self._environ(), folder=self.folder) as worker:
            if worker.output.readline() != b"ready\n":
                raise click.ClickException(f"the worker did not start: {worker.last_words()}")
            seconds = self._await_delivered(worker)
            backlog = Drain(events, seconds, self._check_grouped(events).groups)
            self.say(f"{backlog.per_second:,.0f}/s grouped. Both at once …")
            beside = self._slice(server, most, self.plan.seconds)
            lag = self._await_delivered(worker)
            self._check_grouped(self.target.stored().events)
            memory = Memory(server.child.peak_memory(), worker.peak_memory())
        return Draining(backlog, beside, lag, memory)

    def _await_delivered(self, worker: Child) -> float:
        """Seconds until nothing waits for the projector any more."""
        began = time.monotonic()
        while self.target.undelivered():
            worker.check()
            if time.monotonic() - began > DRAIN_PATIENCE:
                raise click.ClickException(f"the worker has not grouped everything in {DRAIN_PATIENCE} seconds")
            time.sleep(0.02)
        return time.monotonic() - began

    def _check_grouped(self, events: int) -> Grouped:
        grouped = self.target.grouped()
        if not events == grouped.occurrences == grouped.counted:
            raise click.ClickException(f"{events} events were accepted, grouped are {grouped}")
        return grouped

    def _load(self, port: int, connections: int, seconds: float) -> Load:
        return Load(
            port=port,
            path=EVENTS_PATH,
            token=self.target.token,
            connections=connections,
            warm_up=self.plan.warm_up,
            seconds=seconds,
            size=self.plan.size,
            seed=random.SystemRandom().getrandbits(64),
        )

    @contextmanager
    def _serving(self, twin: Twin, threads: int) -> Iterator[_Server]:
        port = free_port()
        environ = self._environ() | {"WAITRESS_THREADS": str(threads), "PORT": str(port)} | twin.environ
        with running("web", *twin.arguments, environ=environ, folder=self.folder) as child:
            await_port(child, port)
            yield _Server(twin, threads, port, child)

    def _environ(self) -> dict[str, str]:
        """The environment of a production server with this database and queue, and nothing else of ours."""
        environ = dict(os.environ)
        for variable in variables():
            for name in (variable.name, *variable.aliases):
                environ.pop(name, None)
        return environ | {
            "DATABASE_URL": self.settings.database.url,
            "REDIS_URL": self.settings.tasks.queue_url or "",
            "LOGISTER_ENV": "production",
            "LOGISTER_SECRET_KEY": secrets.token_hex(32),
            "LOGISTER_PUBLIC_URL": "https://bench.invalid",
            "LOGISTER_HOME": str(self.folder / "home"),
        }

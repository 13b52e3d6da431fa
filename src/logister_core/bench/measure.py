"""The order of a run.

Twins are measured in slices that take turns, each from empty tables, so that whatever else the machine does meets all
of them. The figure of a twin is the median of its slices; a ratio is the median of the ratios within each turn.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from logister_core.bench import copying
from logister_core.bench.load import LoadResult
from logister_core.bench.parcels import KINDS, SINGLES
from logister_core.bench.payload import SIZES
from logister_core.bench.plan import (
    BESIDE,
    GROUP,
    NULL,
    REQUEST,
    SQLITE,
    Drain,
    Figure,
    Plan,
    Probe,
    Results,
    Room,
    Setup,
    Slice,
    Twin,
)
from logister_core.bench.processes import await_port, free_port, running, send
from logister_core.bench.serving import Server, Serving
from logister_core.bench.slices import Traffic, await_grouped, measure
from logister_core.bench.soak import soak

Servers = Mapping[Twin, Server]

# SQLite has one writer at a time, so a second process only waits for the first.
SQLITE_PROCESSES = 1


@dataclass(frozen=True)
class Measurement:
    plan: Plan
    serving: Serving
    say: Callable[[str], None]

    def run(self) -> Results:
        self.say("raw COPY …")
        copy_rows = copying.copy_rate(self.serving.postgresql, SIZES[0], self.plan.probe_seconds)
        self.say(f"{copy_rows:,.0f} rows/s. The load generator against a bare server …")
        ceiling = self._ceiling()
        probes = list(self._probes())
        setups = [_best(server, probes) for server in self.plan.servers]
        figures: list[Figure] = []
        for setup in setups:
            with self._twins(setup) as servers:
                figures += [figure for traffic in self._traffics() for figure in self._in_turns(servers, traffic)]
        with self.serving.server(GROUP, setups[-1]) as server:
            drain, room = self._drain(server), self._room(server)
        soaks = soak(self.plan, self.serving, setups, self.say) if self.plan.soak_seconds else []
        return Results(copy_rows, ceiling, probes, figures, drain, room, soaks)

    def _ceiling(self) -> LoadResult:
        port = free_port()
        with running("bare", str(port), environ=os.environ, folder=self.serving.folder) as child:
            await_port(child, port)
            traffic = Traffic.planned(self.plan, SINGLES, SIZES[0])
            load = traffic.load(port, "none", warm_up=self.plan.warm_up, seconds=self.plan.probe_seconds)
            return send(load)

    def _probes(self) -> Iterator[Probe]:
        """Every way the plan lets a web server run; the one way there is needs no probing."""
        traffic = Traffic.planned(self.plan, SINGLES, SIZES[0])
        for name in self.plan.servers:
            ways = [
                Setup(name, processes, threads) for processes in self.plan.processes for threads in self.plan.threads
            ]
            for setup in ways:
                rate = 0.0
                if len(ways) > 1:
                    with self.serving.server(GROUP, setup) as server:
                        rate = self._slice(server, traffic, self.plan.probe_seconds).per_second
                    self.say(f"{setup.words}: {rate:,.0f}/s")
                yield Probe(setup, rate)

    @contextmanager
    def _twins(self, setup: Setup) -> Iterator[Servers]:
        with ExitStack() as stack:
            yield {
                twin: stack.enter_context(
                    self.serving.server(
                        twin, dataclasses.replace(setup, processes=SQLITE_PROCESSES) if twin is SQLITE else setup
                    )
                )
                for twin in (NULL, GROUP, SQLITE, REQUEST)
            }

    def _traffics(self) -> list[Traffic]:
        return [Traffic.planned(self.plan, kind, size) for size in self.plan.sizes for kind in KINDS.values()]

    def _in_turns(self, servers: Servers, traffic: Traffic) -> list[Figure]:
        slices: dict[Twin, list[Slice]] = {twin: [] for twin in self._compared(traffic)}
        for turn in range(self.plan.slices):
            for twin, found in slices.items():
                # It is there for comparison only.
                if twin is REQUEST and turn > 0:
                    continue
                server = servers[GROUP if twin is BESIDE else twin]
                found.append(self._beside(server, traffic) if twin is BESIDE else self._slice(server, traffic))
                self.say(f"{server.setup.words}, {traffic.words}, {twin.words}: {found[-1].per_second:,.0f}/s")
        return [
            Figure(
                servers[GROUP if twin is BESIDE else twin].setup,
                twin.name,
                traffic.kind.name,
                traffic.size,
                traffic.connections,
                tuple(found),
            )
            for twin, found in slices.items()
        ]

    def _compared(self, traffic: Traffic) -> Sequence[Twin]:
        if traffic.size != SIZES[0]:
            return (NULL, GROUP)
        if traffic.kind is SINGLES:
            return (NULL, GROUP, BESIDE, SQLITE, REQUEST)
        return (NULL, GROUP, BESIDE)

    def _slice(self, server: Server, traffic: Traffic, seconds: float | None = None) -> Slice:
        server.target.clear()
        load = traffic.load(
            server.port, server.target.token, warm_up=self.plan.warm_up, seconds=seconds or self.plan.seconds
        )
        return measure(server, load)

    def _beside(self, server: Server, traffic: Traffic) -> Slice:
        # What earlier slices left would be grouped first.
        server.target.clear()
        with self.serving.worker() as worker:
            found = self._slice(server, traffic)
            lag, _ = await_grouped(server.target, worker)
        return dataclasses.replace(found, lag_seconds=lag)

    def _drain(self, server: Server) -> Drain:
        """What a worker does with the events of one slice, and the room that takes."""
        self._slice(server, Traffic.planned(self.plan, SINGLES, SIZES[0]))
        before = server.target.occurrence_bytes()
        with self.serving.worker() as worker:
            seconds, grouped = await_grouped(server.target, worker)
        self.say(f"{grouped.occurrences:,} events grouped in {seconds:.1f} s. Filling tables …")
        return Drain(grouped.occurrences, seconds, grouped.groups, server.target.occurrence_bytes() - before)

    def _room(self, server: Server) -> Room:
        target = server.target
        target.clear()
        empty = target.event_bytes()
        traffic = Traffic.planned(self.plan, SINGLES, SIZES[0])
        while (events := target.stored().events) < self.plan.stored_events:
            load = traffic.load(server.port, target.token, warm_up=0, seconds=self.plan.seconds)
            measure(server, load)
        return Room(events, {name: size - empty[name] for name, size in target.event_bytes().items()})


def _best(server: str, probes: Sequence[Probe]) -> Setup:
    return max((probe for probe in probes if probe.setup.server == server), key=lambda probe: probe.per_second).setup

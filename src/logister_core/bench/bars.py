"""What intake promises, and whether a run kept it.

A promise is about ratios within one run wherever it can be, so that it means the same on another machine. A missed one
is a finding, not a failure of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logister_core.bench.parcels import BATCHES, KINDS, SINGLES
from logister_core.bench.payload import SIZES
from logister_core.bench.plan import BESIDE, GROUP, NULL, SQLITE, Figure, Plan, Results, Twin

OF_NULL = {SINGLES.name: 0.30, BATCHES.name: 0.60}
BESIDE_WORKER = 0.5
LAG_SECONDS = 5.0
TAIL = 10.0
SQLITE_SHARE = 0.5
ROOM = 1000.0
GROWTH = 0.05


@dataclass(frozen=True)
class Bar:
    words: str
    figure: float
    limit: float
    least: bool
    """Whether the limit is the least; else it is the most."""

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.least else self.figure <= self.limit


def bars(results: Results, plan: Plan) -> list[Bar]:
    found = [
        bar
        for server in plan.servers
        for size in plan.sizes
        for kind in KINDS
        for bar in _of_figures(results, server, kind, size)
    ]
    for soak in results.soaks:
        found.append(Bar(f"{soak.setup.server}: growth of memory under load", soak.growth, GROWTH, False))
    found.append(Bar(f"bytes stored for a {SIZES[0]} KB event, with all indexes", results.room.per_event, ROOM, False))
    return found


def _of_figures(results: Results, server: str, kind: str, size: str) -> Iterator[Bar]:
    def figure(twin: Twin) -> Figure | None:
        return results.find(twin, server=server, kind=kind, size=size)

    where = f"{server}, {size} KB {KINDS[kind].words}"
    group = figure(GROUP)
    if group is None:
        return
    null = figure(NULL)
    if null is not None:
        yield Bar(f"{where}: share of the null acceptor's rate", group.ratio(null), OF_NULL[kind], True)
    if kind == SINGLES.name:
        yield Bar(f"{where}: p99 in times of p50", group.tail, TAIL, False)
    beside = figure(BESIDE)
    if beside is not None:
        yield Bar(f"{where}: share of the rate kept beside a worker", beside.ratio(group), BESIDE_WORKER, True)
        if beside.lag_seconds is not None:
            yield Bar(f"{where}: seconds until all was grouped", beside.lag_seconds, LAG_SECONDS, False)
    sqlite = figure(SQLITE)
    if sqlite is not None:
        yield Bar(f"{where}: SQLite's share of PostgreSQL's rate", sqlite.ratio(group), SQLITE_SHARE, True)

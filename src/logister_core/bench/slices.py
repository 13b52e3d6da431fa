"""Short measurements: one load at one server, and what came of it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import click

from logister_core.bench.database import Grouped, Target
from logister_core.bench.load import Load
from logister_core.bench.parcels import SINGLES, Kind
from logister_core.bench.plan import Plan, Slice
from logister_core.bench.processes import Child, send
from logister_core.bench.serving import Server
from logister_core.ingest.endpoints import BATCH_PATH, EVENTS_PATH

# So long the worker may take for what was accepted, seconds.
DRAIN_PATIENCE = 600


@dataclass(frozen=True)
class Traffic:
    """Which events, and how."""

    kind: Kind
    size: str
    connections: int

    @classmethod
    def planned(cls, plan: Plan, kind: Kind, size: str) -> Traffic:
        return cls(kind, size, plan.connections if kind is SINGLES else plan.batch_connections)

    @property
    def words(self) -> str:
        return f"{self.size} KB {self.kind.words}"

    def load(self, port: int, token: str, *, warm_up: float, seconds: float) -> Load:
        return Load(
            port=port,
            kind=self.kind.name,
            path=EVENTS_PATH if self.kind is SINGLES else BATCH_PATH,
            token=token,
            connections=self.connections,
            warm_up=warm_up,
            seconds=seconds,
            size=self.size,
            seed=random.SystemRandom().getrandbits(64),
        )


def measure(server: Server, load: Load) -> Slice:
    """Raises when an event that was answered is not stored: a fast answer is worth nothing then."""
    before, cpu = server.target.stored(), server.child.cpu_seconds()
    result = send(load)
    cpu = server.child.cpu_seconds() - cpu
    after = server.target.stored()
    stored, expected = after.events - before.events, result.accepted if server.twin.stores else 0
    if stored != expected:
        raise click.ClickException(f"{server.twin.words}: {result.accepted} events were accepted, {stored} stored")
    batches = after.batches - before.batches
    return Slice(
        per_second=result.per_second,
        p50_ms=result.p50_ms,
        p99_ms=result.p99_ms,
        web_cpu_us=cpu / max(result.accepted, 1) * 1e6,
        load_cpu_us=result.cpu_us,
        per_transaction=result.accepted / batches if batches else None,
    )


def await_grouped(target: Target, worker: Child) -> tuple[float, Grouped]:
    """Seconds until nothing waits for the projector any more. Raises when it lost or doubled anything."""
    began = time.monotonic()
    while target.undelivered():
        worker.check()
        if time.monotonic() - began > DRAIN_PATIENCE:
            raise click.ClickException(f"the worker has not grouped everything in {DRAIN_PATIENCE} seconds")
        time.sleep(0.02)
    seconds = time.monotonic() - began
    events, grouped = target.stored().events, target.grouped()
    if not events == grouped.occurrences == grouped.counted:
        raise click.ClickException(f"{events} events were accepted, grouped are {grouped}")
    return seconds, grouped

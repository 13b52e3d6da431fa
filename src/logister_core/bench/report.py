"""The result of a run as JSON, and as a table."""

from __future__ import annotations

import dataclasses
import os
import platform
from typing import Any

from logister_core.bench.bars import Bar, bars
from logister_core.bench.copying import BATCH
from logister_core.bench.parcels import KINDS
from logister_core.bench.payload import FRAMES, GROUPS, SIZES
from logister_core.bench.plan import TWINS, Figure, Plan, Results, Soak


def as_json(results: Results, plan: Plan, database: dict[str, str]) -> dict[str, Any]:
    """Rates are events or rows per second, memory and room are bytes, `_us` is microseconds per event."""
    return {
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "python": platform.python_version()},
        "database": database,
        "payload": {"frames": FRAMES, "distinct_errors": GROUPS},
        "plan": dataclasses.asdict(plan),
        "raw_copy": {"per_second": results.copy_rows, "rows_per_transaction": BATCH},
        "load_generator": {"per_second": results.ceiling.per_second, "cpu_us": results.ceiling.cpu_us},
        "probes": [dataclasses.asdict(probe) for probe in results.probes],
        "accepted": [_figure(figure) for figure in results.figures],
        "drained": dataclasses.asdict(results.drain) | {"per_second": results.drain.per_second},
        "room": dataclasses.asdict(results.room) | {"per_event": results.room.per_event},
        "memory": [_soak(soak) for soak in results.soaks],
        "bars": [dataclasses.asdict(bar) | {"met": bar.met} for bar in bars(results, plan)],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return dataclasses.asdict(figure) | {
        "per_second": figure.per_second,
        "p50_ms": figure.p50_ms,
        "p99_ms": figure.p99_ms,
        "web_cpu_us": figure.web_cpu_us,
        "load_cpu_us": figure.load_cpu_us,
        "per_transaction": figure.per_transaction,
        "lag_seconds": figure.lag_seconds,
    }


def _soak(soak: Soak) -> dict[str, Any]:
    return dataclasses.asdict(soak) | {"early": soak.early, "late": soak.late, "growth": soak.growth}


def as_table(results: Results, plan: Plan, database: dict[str, str]) -> str:
    ceiling, drain, room = results.ceiling, results.drain, results.room
    lines = [
        f"{_processor()}, {os.cpu_count()} cores shared by all parts, Python {platform.python_version()}",
        f"PostgreSQL {database['server_version']}, fsync {database['fsync']}, "
        f"synchronous_commit {database['synchronous_commit']}",
        f"errors with {FRAMES} stack frames, {GROUPS} distinct; medians of {plan.slices} slices of {plan.seconds:g} s",
    ]
    for server in plan.servers:
        for size in plan.sizes:
            for kind in KINDS.values():
                found = [
                    figure
                    for figure in results.figures
                    if (figure.setup.server, figure.size, figure.kind) == (server, size, kind.name)
                ]
                where = f"{found[0].setup.words}, {size} KB {kind.words}, {found[0].connections} connections"
                lines += ["", where, _row("", "events/s", "p50 ms", "p99 ms", "CPU µs", "load µs", "per commit")]
                lines += [_figure_row(figure) for figure in found]
    lines += [
        "",
        f"raw COPY, {BATCH} rows a transaction: {results.copy_rows:,.0f} rows/s",
        f"load generator alone: {ceiling.per_second:,.0f} requests/s, {ceiling.cpu_us:.0f} µs each",
        f"one worker grouped {drain.events:,} waiting events at {drain.per_second:,.0f} a second, "
        f"{drain.occurrence_bytes / max(drain.events, 1):,.0f} bytes each",
        f"stored for each of {room.events:,} events of {SIZES[0]} KB: {room.per_event:,.0f} bytes ("
        + ", ".join(f"{name} {size / max(room.events, 1):,.0f}" for name, size in room.by_table.items())
        + ")",
        *(
            f"memory of {soak.setup.words} in {soak.seconds / 60:g} minutes of load: "
            f"{soak.early / 1e6:.0f} MB early, {soak.late / 1e6:.0f} MB at the end"
            for soak in results.soaks
        ),
        "",
        *(_bar_row(bar) for bar in bars(results, plan)),
    ]
    return "\n".join(lines)


def _figure_row(figure: Figure) -> str:
    return _row(
        TWINS[figure.twin].words,
        f"{figure.per_second:,.0f}",
        f"{figure.p50_ms:.1f}",
        f"{figure.p99_ms:.1f}",
        f"{figure.web_cpu_us:.0f}",
        f"{figure.load_cpu_us:.0f}",
        "" if figure.per_transaction is None else f"{figure.per_transaction:.1f}",
    )


def _row(words: str, *cells: object) -> str:
    return f"  {words:40}" + "".join(f"{cell:>11}" for cell in cells)


def _bar_row(bar: Bar) -> str:
    figure, limit = (f"{value:,.0f}" if bar.limit >= 100 else f"{value:.2f}" for value in (bar.figure, bar.limit))
    return (
        f"{'met' if bar.met else 'MISSED':8}{bar.words:84}{figure:>8}  (at {'least' if bar.least else 'most'} {limit})"
    )


def _processor() -> str:
    """The processor's name, where the system tells."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.machine()

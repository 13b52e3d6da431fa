"""The results as JSON and as a table."""

from __future__ import annotations

import dataclasses
import os
import platform
from typing import Any

from logister_core.bench.copying import BATCH
from logister_core.bench.measure import GROUP, NULL, REQUEST, SILENT, Figure, Plan, Results
from logister_core.bench.payload import FRAMES, GROUPS

_WORDS = {twin.name: twin.words for twin in (NULL, SILENT, GROUP, REQUEST)}


def ratios(results: Results, plan: Plan) -> dict[str, float]:
    """At the highest number of connections."""
    most = max(plan.connections)
    group, null = results.figure(GROUP, most), results.figure(NULL, most)
    return {
        "group/null": group.ratio(null),
        "group/request": group.ratio(results.figure(REQUEST, most)),
        "group/copy": group.per_second / results.copy_rows,
        "drained/group": results.draining.backlog.per_second / group.per_second,
        "group beside a worker/group": results.draining.beside.per_second / group.per_second,
        "access log's share of null": 1 - null.ratio(results.figure(SILENT, most)),
    }


def as_json(results: Results, plan: Plan, database: dict[str, str]) -> dict[str, Any]:
    """Rates are events or rows per second, memory is bytes, `_us` is microseconds per event."""
    draining = results.draining
    return {
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "python": platform.python_version()},
        "database": database,
        "payload": {"kilobytes": float(plan.size), "frames": FRAMES, "distinct_errors": GROUPS},
        "seconds": plan.seconds,
        "raw_copy": {"per_second": results.copy_rows, "rows_per_transaction": BATCH},
        "load_generator": {"per_second": results.ceiling.per_second, "cpu_us": results.ceiling.cpu_us},
        "thread_probes": results.probes,
        "accepted": [dataclasses.asdict(figure) for figure in results.figures],
        "drained": dataclasses.asdict(draining.backlog) | {"per_second": draining.backlog.per_second},
        "accepted_beside_worker": dataclasses.asdict(draining.beside) | {"lag_seconds": draining.lag_seconds},
        "peak_memory": dataclasses.asdict(draining.memory),
        "ratios": ratios(results, plan),
    }


def as_table(results: Results, plan: Plan, database: dict[str, str]) -> str:
    draining, ceiling = results.draining, results.ceiling
    lines = [
        f"{_processor()}, {os.cpu_count()} cores shared by all parts, Python {platform.python_version()}",
        f"PostgreSQL {database['server_version']}, fsync {database['fsync']}, "
        f"synchronous_commit {database['synchronous_commit']}",
        f"errors of {plan.size} KB JSON, {FRAMES} stack frames, {GROUPS} distinct; {plan.seconds:g} s per figure",
        "",
        _row("", "threads", "conn.", "events/s", "p50 ms", "p99 ms", "CPU µs", "per commit"),
        _row(f"raw COPY, {BATCH} rows a transaction", "", "", f"{results.copy_rows:,.0f}", "", "", "", BATCH),
        *(_figure_row(_WORDS[figure.twin], figure) for figure in results.figures),
        _figure_row(f"{GROUP.words} beside a worker", draining.beside),
        _row("drained: grouped by one worker", "", "", f"{draining.backlog.per_second:,.0f}", "", "", "", ""),
        "",
        f"all grouped {draining.lag_seconds:.1f} s after the load that ran beside the worker ended",
        f"peak memory: web {_megabytes(draining.memory.web)}, worker {_megabytes(draining.memory.worker)}",
        f"load generator alone: {ceiling.per_second:,.0f} requests/s, {ceiling.cpu_us:.0f} µs each",
        "",
        f"ratios at {max(plan.connections)} connections",
        *(f"  {name:30}{value:6.2f}" for name, value in ratios(results, plan).items()),
    ]
    return "\n".join(lines)


def _figure_row(words: str, figure: Figure) -> str:
    return _row(
        words,
        figure.threads,
        figure.connections,
        f"{figure.per_second:,.0f}",
        f"{figure.p50_ms:.1f}",
        f"{figure.p99_ms:.1f}",
        f"{figure.web_cpu_us:.0f}",
        "" if figure.per_transaction is None else f"{figure.per_transaction:.1f}",
    )


def _row(words: str, *cells: object) -> str:
    return f"{words:46}" + "".join(f"{cell:>11}" for cell in cells)


def _megabytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 1e6:.0f} MB"


def _processor() -> str:
    """The processor's name, where the system tells."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.machine()

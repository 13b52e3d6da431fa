"""When a promise counts as kept."""

from __future__ import annotations

from typing import Any

import pytest

from logister_core.bench.bars import Bar, bars
from logister_core.bench.load import LoadResult
from logister_core.bench.plan import BESIDE, GROUP, NULL, Drain, Figure, Plan, Results, Room, Setup, Slice, Soak, Twin

SETUP = Setup("waitress", processes=1, threads=4)


def figure(twin: Twin, *rates: float, **fields: Any) -> Figure:
    values = {"p50_ms": 10.0, "p99_ms": 20.0, "web_cpu_us": 1.0, "load_cpu_us": 1.0, "per_transaction": None} | fields
    slices = tuple(Slice(per_second=rate, **values) for rate in rates)
    return Figure(SETUP, twin.name, "singles", "2.9", 64, slices)


def soak(*sizes: int) -> Soak:
    return Soak(SETUP, float(len(sizes)), tuple((float(moment), size) for moment, size in enumerate(sizes)))


@pytest.fixture
def judge(plan: Plan) -> Any:
    """From figures, a soak and the bytes of 100 events to the bars by their words."""

    def judge(*figures: Figure, memory: Soak | None = None, room: int = 80_000) -> dict[str, Bar]:
        results = Results(
            copy_rows=1.0,
            ceiling=LoadResult(1, 1.0, 1, {}, 1.0, 1.0, 1.0),
            probes=[],
            figures=figures,
            drain=Drain(1, 1.0, 1, 1),
            room=Room(100, {"events": room}),
            soaks=[memory] if memory else [],
        )
        return {bar.words: bar for bar in bars(results, plan)}

    return judge


@pytest.fixture
def plan() -> Plan:
    return Plan(
        servers=("waitress",),
        sizes=("2.9",),
        connections=64,
        batch_connections=8,
        slices=3,
        seconds=1.0,
        warm_up=0.0,
        threads=(4,),
        processes=(1,),
        probe_seconds=1.0,
        stored_events=100,
        soak_seconds=0.0,
    )


def test_a_ratio_is_the_median_of_the_ratios_within_each_turn(judge: Any) -> None:
    found = judge(figure(NULL, 100, 1000, 400), figure(GROUP, 40, 200, 100))
    share = found["waitress, 2.9 KB singles: share of the null acceptor's rate"]
    assert (share.figure, share.met) == (0.25, False)
    # 0.4, 0.2 and 0.25; the ratio of the medians would be the same here only by luck
    assert judge(figure(NULL, 100), figure(GROUP, 30))[share.words].met


def test_a_slow_tail_and_a_late_worker_miss(judge: Any) -> None:
    found = judge(figure(GROUP, 10, p99_ms=101.0), figure(BESIDE, 5, 4, lag_seconds=5.1))
    tail = found["waitress, 2.9 KB singles: p99 in times of p50"]
    kept = found["waitress, 2.9 KB singles: share of the rate kept beside a worker"]
    lag = found["waitress, 2.9 KB singles: seconds until all was grouped"]
    assert [(bar.figure, bar.met) for bar in (tail, kept, lag)] == [(10.1, False), (0.5, True), (5.1, False)]


def test_what_was_not_measured_is_not_judged(judge: Any) -> None:
    assert list(judge(figure(GROUP, 10))) == [
        "waitress, 2.9 KB singles: p99 in times of p50",
        "bytes stored for a 2.9 KB event, with all indexes",
    ]


def test_memory_is_flat_when_the_last_tenth_is_as_minutes_two_and_three(judge: Any) -> None:
    words = "waitress: growth of memory under load"
    start, steady = [50], [100] * 9
    assert judge(memory=soak(*start, *steady, 104))[words].met
    assert not judge(memory=soak(*start, *steady, 106, 106))[words].met


def test_a_thousand_bytes_are_the_most_an_event_may_take(judge: Any) -> None:
    words = "bytes stored for a 2.9 KB event, with all indexes"
    assert judge(room=100_000)[words].met
    assert not judge(room=100_100)[words].met

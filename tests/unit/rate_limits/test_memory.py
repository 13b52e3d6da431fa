"""Counters in the process: how much of them is kept."""

from __future__ import annotations

from logister_core.rate_limits.memory import MemoryCounters


def add(counters: MemoryCounters, key: str, *, now: float, keep: int = 65) -> int:
    return counters.add(key, 1, keep=keep, now=now)


def test_however_many_identities_there_are_memory_is_bounded():
    counters = MemoryCounters(capacity=100)
    for number in range(10_000):
        add(counters, f"key {number}", now=0)
    assert len(counters) == 100


def test_a_flood_of_identities_does_not_wash_away_who_is_near_a_limit():
    counters = MemoryCounters(capacity=100)
    for _ in range(50):
        add(counters, "busy", now=0)
    for number in range(10_000):
        add(counters, f"key {number}", now=0)
    assert add(counters, "busy", now=0) == 51


def test_a_counter_that_was_just_made_is_kept_when_all_are_small():
    counters = MemoryCounters(capacity=1)
    for number in range(3):
        assert add(counters, f"key {number}", now=0) == 1
        assert add(counters, f"key {number}", now=0) == 2


def test_expired_counters_make_room_while_new_ones_come():
    counters = MemoryCounters()
    for number in range(1000):
        add(counters, f"old {number}", now=0)
    for number in range(500):
        add(counters, f"new {number}", now=100)
    assert len(counters) == 500


def test_a_counter_that_lives_long_does_not_keep_the_others_from_expiring():
    counters = MemoryCounters()
    for number in range(100):
        add(counters, f"long {number}", now=0, keep=86_405)
    for number in range(1000):
        add(counters, f"old {number}", now=0)
    for number in range(1000):
        add(counters, f"new {number}", now=100)
    assert len(counters) < 1200
    assert add(counters, "long 0", now=100) == 2

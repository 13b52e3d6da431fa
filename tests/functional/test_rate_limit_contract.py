"""Both stores of counters keep the same promises."""

from __future__ import annotations

import time

import pytest

from logister_core.rate_limits.memory import MemoryCounters
from logister_core.rate_limits.redis_counters import RedisCounters
from logister_core.testing import CountersContract


class TestMemoryCounters(CountersContract):
    @pytest.fixture
    def counters(self):
        return MemoryCounters()


class TestRedisCounters(CountersContract):
    @pytest.fixture
    def counters(self, redis_server):
        return RedisCounters(redis_server())

    @pytest.fixture
    def pass_time(self):
        return time.sleep

"""The rate limiter of an instance: where it counts, under which keys, and what it does when it cannot."""

from __future__ import annotations

import hashlib
import logging
import socket
import time
from collections.abc import Iterator

import pytest
import redis

from logister_core.rate_limits import RateLimiter
from logister_core.rate_limits.breaker import Breaker
from logister_core.rate_limits.redis_counters import RedisCounters
from logister_core.settings import SettingsError, load_settings
from logister_core.testing.rate_limits import StandingClock
from support.instance import START
from support.redis import RedisServer

# Seconds. Redis is given two to answer; who does not ask it need not wait at all.
WELL_BELOW_THE_TIMEOUT = 1


def hit(limiter: RateLimiter, identity: str = "ip:192.0.2.7", **numbers: int):
    return limiter.hit("auth_failure", "all", identity, **{"limit": 2, "period": 60} | numbers)


def test_without_redis_the_process_counts(site):
    limiter = site.registry.rate_limiter
    assert [hit(limiter).limited for _ in range(3)] == [False, False, True]
    site.clock.forward(seconds=60)
    assert not hit(limiter).limited
    answer = site.browser().get("/health/rate_limits")
    assert answer.json == {"status": "ok", "store": "memory"}


@pytest.mark.parametrize("variable", ["REDIS_URL", "REDIS_RATE_LIMIT_URL"])
def test_with_redis_all_processes_count_together(make_site, redis_server, variable):
    url = redis_server()
    one, other = make_site(**{variable: url}), make_site(**{variable: url})
    assert hit(one.registry.rate_limiter).remaining == 1
    assert hit(other.registry.rate_limiter).remaining == 0
    assert hit(one.registry.rate_limiter).limited
    assert one.browser().get("/health/rate_limits").json == {"status": "ok", "store": "redis"}


def test_the_address_for_rate_limits_wins_over_the_common_one(make_site, redis_server):
    common, own = redis_server(), redis_server()
    site = make_site(REDIS_URL=common, REDIS_RATE_LIMIT_URL=own)
    hit(site.registry.rate_limiter)
    with redis.Redis.from_url(common) as client:
        assert client.dbsize() == 0
    with redis.Redis.from_url(own) as client:
        assert client.dbsize() == 1


def test_the_key_tells_no_identity_and_ends_soon_after_its_window(redis_server):
    url = redis_server()
    limiter = RateLimiter(RedisCounters(url), StandingClock())
    hit(limiter, amount=3)
    hit(limiter, amount=3)
    with redis.Redis.from_url(url, decode_responses=True) as client:
        [key] = client.keys()
        digest = hashlib.sha256(b"ip:192.0.2.7").hexdigest()
        assert key == f"logister:public_api_rate_limit:v1:auth_failure:all:{digest}:{int(START.timestamp())}"
        assert client.get(key) == "6"
        assert 60 < client.ttl(key) <= 65


def test_a_hit_is_one_command(redis_server):
    url = redis_server()
    limiter = RateLimiter(RedisCounters(url), StandingClock())
    hit(limiter)
    with redis.Redis.from_url(url) as client:
        before = client.info("stats")["total_commands_processed"]
        inside = client.info("commandstats")["cmdstat_incrby"]["calls"]
        for _ in range(100):
            hit(limiter)
        after = client.info("stats")["total_commands_processed"]
        # The script's own call of INCRBY is counted too, and so are the questions of this test.
        calls = client.info("commandstats")["cmdstat_incrby"]["calls"] - inside
        assert calls == 100
        assert after - before - calls <= 100 + 3


@pytest.mark.parametrize("numbers", [{"amount": 0}, {"amount": -1}, {"limit": 0}, {"period": 0}, {"period": -60}])
def test_what_cannot_be_checked_is_not_checked(site, numbers):
    assert hit(site.registry.rate_limiter, **numbers) is None


def test_the_headers_are_decimal_and_tell_when_to_come_back_only_to_those_who_are_limited(site):
    site.clock.forward(seconds=50)
    limiter = site.registry.rate_limiter
    reset = str(int(START.timestamp()) + 60)
    assert hit(limiter, limit=1).headers() == [
        ("X-RateLimit-Limit", "1"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", reset),
    ]
    assert hit(limiter, limit=1).headers()[3:] == [("Retry-After", "10")]


@pytest.mark.parametrize("value", ["0", "-1", "many", "10000001"])
@pytest.mark.parametrize(
    "variable",
    [
        "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS",
        "LOGISTER_PUBLIC_API_RATE_LIMIT_PERIOD_SECONDS",
        "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS",
        "LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS",
    ],
)
def test_a_limit_that_makes_no_sense_is_an_error_at_start(load, variable, value):
    with pytest.raises(SettingsError, match=f"{variable} is '{value}'; expected a whole number"):
        load(variable, value)


class TestWhenRedis:
    """Fails, each time after it has worked once: nothing is limited, and nobody waits twice."""

    def test_is_down(self, server, limiter, caplog):
        server.kill()
        assert_nothing_is_checked(limiter, caplog)

    def test_hangs(self, server, limiter, caplog):
        server.freeze()
        assert_nothing_is_checked(limiter, caplog)

    def test_holds_something_else_under_the_key(self, server, limiter, caplog):
        with redis.Redis.from_url(server.url) as client:
            [key] = client.keys()
            client.delete(key)
            client.lpush(key, "not a number")
        assert_nothing_is_checked(limiter, caplog)

    def test_was_never_there(self, caplog):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            counters = RedisCounters(f"redis://127.0.0.1:{closed.getsockname()[1]}/0")
            assert_nothing_is_checked(RateLimiter(counters, StandingClock()), caplog)

    def test_is_back_it_counts_again_on_new_connections(self, server, limiter, monotonic, caplog):
        caplog.set_level(logging.INFO)
        for outage in (1, 2):
            server.kill()
            assert hit(limiter) is None
            server.start()
            assert hit(limiter) is None, "asked again at once"
            monotonic.now += 60
            assert hit(limiter).remaining == 1
            assert caplog.text.count("rate_limits.store_failed") == outage
            assert caplog.text.count("rate_limits.store_back") == outage

    def test_was_restarted_between_two_hits_nobody_notices(self, server, limiter, caplog):
        server.kill()
        server.start()
        assert hit(limiter).remaining == 1
        assert caplog.records == []

    def test_is_down_the_health_check_says_so_and_pages_work(self, make_site, server):
        site = make_site(REDIS_RATE_LIMIT_URL=server.url)
        server.kill()
        answer = site.browser().get("/health/rate_limits", status=503)
        assert answer.json == {"status": "degraded", "store": "redis"}
        site.browser().get("/up", status=200)

    @pytest.fixture
    def limiter(self, server, monotonic) -> RateLimiter:
        limiter = RateLimiter(RedisCounters(server.url), StandingClock(), Breaker(monotonic))
        assert hit(limiter).remaining == 1
        return limiter

    @pytest.fixture
    def server(self) -> Iterator[RedisServer]:
        with RedisServer() as server:
            yield server


def assert_nothing_is_checked(limiter: RateLimiter, caplog) -> None:
    """One warning, and after the first hit no more waiting."""
    assert hit(limiter) is None
    began = time.monotonic()
    for number in range(100):
        assert hit(limiter, f"ip:{number}") is None
    assert time.monotonic() - began < WELL_BELOW_THE_TIMEOUT
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert warning.getMessage().startswith("rate_limits.store_failed store=redis")


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
def load():
    return lambda variable, value: load_settings({}, {variable: value})

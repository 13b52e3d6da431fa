"""What is cheap to send is cheap to refuse, and to take: time and memory of reading have a bound for each byte."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logister_core.ingest.batch.decoding import decode_batch
from logister_core.ingest.batch.reading import decompressed, lines
from logister_core.ingest.body import pack_body
from logister_core.ingest.errors import IngestError
from logister_core.ingest.normalization import (
    check_in_envelope,
    decode_json,
    deployment_envelope,
    enforce_limits,
    event_envelope,
    mobile_token_envelope,
    normalize_check_in,
    normalize_event,
)
from support.hostile import BATCHES, BODIES, MIB, event, lists_of

NOW = datetime(2026, 8, 9, 12, tzinfo=UTC)

# How many times as long as the yardstick a MiB may take. Both are processor time of the same moment, since machines are
# faster and slower than each other, and one machine from minute to minute. Best of some tries: others use it too.
YARDSTICKS = 10
STEPS = 50_000
TRIES = 10

# Bytes for each of the body: the parser alone takes 12, whatever it finds.
MEMORY = 20


def take(body: bytes) -> None:
    """All that is done with a single submission before it is written."""
    document = decode_json(body)
    if body.startswith(b'{"check_in"'):
        normalize_check_in(check_in_envelope(document), received_at=NOW, default_environment=None)
    elif body.startswith(b'{"deployment"'):
        deployment_envelope(document)
    elif body.startswith(b'{"mobile_ingest_token"'):
        mobile_token_envelope(document)
    else:
        found = event_envelope(document)
        enforce_limits(found, size=len(body))
        record = normalize_event(found, received_at=NOW, default_environment="production", mobile=True)
        pack_body(record.context, ip="", user_agent="")


def read(body: bytes) -> None:
    decode_batch(lines(decompressed(body, "gzip", 8 * MIB)), 100)


def seconds(what: Callable[[bytes], None], body: bytes) -> float:
    start = time.process_time()
    with suppress(IngestError):
        what(body)
    return time.process_time() - start


def yardstick(_body: bytes) -> None:
    total = 0
    for step in range(STEPS):
        total += step * step % 7


def assert_fast(what: Callable[[bytes], None], body: bytes, size: int) -> None:
    allowed = YARDSTICKS * size / MIB
    tries: list[float] = []
    while len(tries) < TRIES:
        tries.append(seconds(what, body) / seconds(yardstick, b""))
        if tries[-1] <= allowed:
            return
    raise AssertionError(f"{min(tries) * MIB / size:.1f} times the yardstick for a MiB")


@contextmanager
def peak_at_most(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= limit, f"{peak / MIB:.1f} MiB"


@pytest.mark.parametrize("size", [MIB // 2, 2 * MIB - 400])
@pytest.mark.parametrize("name", BODIES)
def test_a_body_takes_at_most_ten_yardsticks_for_a_mib(name: str, size: int) -> None:
    body = BODIES[name](size)
    assert_fast(take, body, len(body))


@pytest.mark.parametrize("name", BODIES)
def test_a_body_takes_at_most_twenty_times_its_size_in_memory(name: str) -> None:
    body = BODIES[name](2 * MIB - 400)
    with peak_at_most(MEMORY * 2 * MIB), suppress(IngestError):
        take(body)


def plain_size(body: bytes) -> int:
    """Of a batch, as far as it is inflated."""
    size = len(body)
    with suppress(IngestError):
        size = max(size, sum(map(len, decompressed(body, "gzip", 8 * MIB))))
        return size
    return max(size, 8 * MIB)


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_takes_at_most_ten_yardsticks_for_a_mib_of_its_content(name: str) -> None:
    body = BATCHES[name]()
    assert_fast(read, body, plain_size(body))


@pytest.mark.parametrize("name", [name for name in BATCHES if "lines of 8000" not in name])
def test_a_batch_takes_at_most_four_times_what_it_may_inflate_to_in_memory(name: str) -> None:
    body = BATCHES[name]()
    with peak_at_most(4 * 8 * MIB), suppress(IngestError):
        read(body)


TEXTS = st.recursive(
    st.one_of(
        st.sampled_from([b"0", b"1e5", b"-0.1", b"null", b"true", b'""', b'"\\ud83d"', b'"\\u0000"', b'","', b'"}"']),
        st.integers().map(lambda number: b"%d" % number),
        st.floats(allow_nan=False, allow_infinity=False).map(lambda number: json.dumps(number).encode()),
        st.text(max_size=8).map(lambda text: json.dumps(text).encode()),
    ),
    lambda items: st.one_of(
        st.lists(items, max_size=4).map(lambda found: b"[" + b",".join(found) + b"]"),
        st.lists(items, max_size=3).map(lambda found: b"{" + b",".join(b'"aB":' + item for item in found) + b"}"),
        items.map(lambda item: b"[" * 8 + item + b"]" * 8),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=1, max_size=3).map(b",".join))
def test_lists_of_anything_take_at_most_ten_yardsticks_for_a_mib(items: bytes) -> None:
    body = event(b'{"a":' + lists_of(items, MIB) + b"}")
    assert_fast(take, body, len(body))

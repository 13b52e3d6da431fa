"""What the load generator sends is what clients send, and each event is sent once."""

from __future__ import annotations

import gzip
import json
from random import Random
from typing import Any

import pytest

from logister_core.bench.load import is_complete
from logister_core.bench.parcels import BATCHES, PER_BATCH, SINGLES, parcels, requests
from logister_core.bench.payload import FRAMES, GROUPS, SIZES
from logister_core.ingest.normalization import check_limits, decode_json, event_envelope


def sent(kind: Any, size: str, rounds: int = 2) -> list[bytes]:
    random, made = Random(1), parcels(kind, size)
    return [parcel.fill(serial, random) for serial, parcel in enumerate([*made] * rounds)]


@pytest.mark.parametrize("size", SIZES)
def test_events_have_their_size_their_own_identity_and_a_stack(size: str) -> None:
    bodies = sent(SINGLES, size)
    assert all(len(body) == pytest.approx(float(size) * 1000, rel=0.03) for body in bodies)
    events = [event_envelope(decode_json(body)) for body in bodies]
    assert len({event["uuid"] for event in events}) == len({event["message"] for event in events}) == len(bodies)
    for event in events:
        check_limits(event)
        assert len(event["context"]["exception"]["frames"]) == FRAMES
    stacks = {json.dumps(event["context"]["exception"]["frames"]) for event in events}
    assert len(stacks) == GROUPS


@pytest.mark.parametrize("size", SIZES)
def test_batches_are_one_gzip_member_of_all_distinct_errors_with_identities_of_their_own(size: str) -> None:
    bodies = sent(BATCHES, size)
    events = []
    for body in bodies:
        lines = gzip.decompress(body).splitlines()
        assert len(lines) == PER_BATCH
        assert all(len(line) == pytest.approx(float(size) * 1000, rel=0.03) for line in lines)
        events += [event_envelope(decode_json(line)) for line in lines]
    assert len({event["uuid"] for event in events}) == len(events) == 2 * GROUPS
    assert len({json.dumps(event["context"]["exception"]["frames"]) for event in events}) == GROUPS


@pytest.mark.parametrize("size", SIZES)
def test_a_batch_is_hardly_longer_than_what_a_client_would_compress_it_to(size: str) -> None:
    for body in sent(BATCHES, size, rounds=1):
        assert len(body) < 1.5 * len(gzip.compress(gzip.decompress(body), 6))


@pytest.mark.parametrize("kind", [SINGLES, BATCHES])
def test_requests_declare_how_long_they_are_whatever_they_are_filled_with(kind: Any) -> None:
    random = Random(2)
    for serial, request in enumerate(requests(kind, SIZES[0], path="/path", port=80, token="secret")):
        message = request.fill(serial, random)
        assert message.startswith(b"POST /path HTTP/1.1\r\n")
        assert is_complete(message)
        assert not is_complete(message[:-1])


def test_an_answer_is_complete_when_its_body_is() -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nVia: x\r\n\r\n"
    assert [is_complete(head[:30]), is_complete(head), is_complete(head + b"abc"), is_complete(head + b"abcd")] == [
        False, False, False, True,
    ]  # fmt: skip

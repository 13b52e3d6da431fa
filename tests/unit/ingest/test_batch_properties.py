"""Whatever arrives as a batch is read, or refused with an `IngestError`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logister_core.ingest.batch.decoding import decode_batch
from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.batch.reading import MOST_MEMBERS, decompressed, lines
from logister_core.ingest.errors import IngestError, PayloadTooLarge
from logister_core.ingest.normalization import SPARE_VALUES, Room, decode_json
from support.hostile import event

LIMIT = 100_000
reading = settings(deadline=None, max_examples=60)

LINES = st.lists(st.one_of(st.binary(max_size=12), st.sampled_from([b"", b" ", b"\r", b"\t{}\r"]))).map(b"\n".join)
ENCODINGS = st.one_of(st.sampled_from(["", "gzip", "GZIP ", "identity", "br", "gzip, gzip"]), st.text(max_size=5))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda items: st.one_of(st.lists(items), st.dictionaries(st.text(max_size=9), items)),
    max_leaves=12,
)
EVENTS = st.dictionaries(st.one_of(st.sampled_from(["uuid", "eventId", "EVENT_ID", "message"]), st.text()), JSON)
ENVELOPES = st.one_of(JSON, st.fixed_dictionaries({"event": EVENTS}))


def pieces(body: bytes, cuts: list[int]) -> Iterator[bytes]:
    bounds = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return (body[start:end] for start, end in pairwise(bounds))


def read(body: bytes, encoding: str) -> list[dict[str, object]]:
    return decode_batch(lines(decompressed(body, encoding, LIMIT)), 10)


@reading
@given(LINES, st.lists(st.integers(min_value=0, max_value=300), max_size=6))
def test_lines_are_the_same_however_the_body_arrives(body: bytes, cuts: list[int]) -> None:
    expected = [(number, line.strip()) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    assert list(lines(pieces(body, cuts))) == expected


@reading
@given(st.one_of(st.binary(max_size=300), LINES), ENCODINGS)
def test_any_bytes_under_any_encoding_are_read_or_refused(body: bytes, encoding: str) -> None:
    with suppress(IngestError):
        read(body, encoding)


@reading
@given(st.lists(ENVELOPES, min_size=1, max_size=12))
def test_any_documents_are_read_or_refused(documents: list[object]) -> None:
    body = "\n".join(map(json.dumps, documents)).encode()
    outcomes = []
    for sent, encoding in ((body, ""), (gzip.compress(body), "gzip")):
        try:
            outcomes.append(read(sent, encoding))
        except IngestError as refusal:
            outcomes.append(refusal.body)
    assert outcomes[0] == outcomes[1]


@reading
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_members_behind_each_other_are_one_text(contents: list[bytes]) -> None:
    body = b"".join(map(gzip.compress, contents))
    assert b"".join(decompressed(body, "gzip", LIMIT)) == b"".join(contents)


@reading
@given(st.data())
def test_a_damaged_stream_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(gzip.compress(b"\n".join([event(b"{}")] * 3)) * data.draw(st.integers(1, 2)))
    for position in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
        body[position] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(body)))
    with suppress(IngestError):
        read(bytes(body[:end]), "gzip")


def test_a_stream_that_ends_early_is_refused_wherever_it_ends() -> None:
    body = gzip.compress(event(b'{"a": "some text"}'))
    for end in range(1, len(body)):
        with pytest.raises(BatchError, match="invalid_gzip"):
            list(decompressed(body[:end], "gzip", LIMIT))


def test_what_is_inflated_has_a_limit_to_the_byte() -> None:
    for content in (b"x" * LIMIT, b"x" * LIMIT + b"y"):
        stream = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        body = stream.compress(content) + stream.flush()
        if len(content) == LIMIT:
            assert b"".join(decompressed(body, "gzip", LIMIT)) == content
        else:
            with pytest.raises(BatchError, match="decompressed_bytes"):
                list(decompressed(body, "gzip", LIMIT))


def test_a_stream_of_very_many_members_is_refused() -> None:
    assert not list(decompressed(gzip.compress(b"") * MOST_MEMBERS, "gzip", LIMIT))
    with pytest.raises(BatchError, match="invalid_gzip"):
        list(decompressed(gzip.compress(b"") * (MOST_MEMBERS + 1), "gzip", LIMIT))


def test_room_for_values_is_shared_by_the_lines_of_a_batch() -> None:
    line = event(b'{"a":[' + b",".join([b"[]"] * 900) + b"]}")
    few, many = [(number, line) for number in range(3)], [(number, line) for number in range(9)]
    assert len(decode_batch(few, 100)) == 3
    with pytest.raises(PayloadTooLarge) as refusal:
        decode_batch(many, 100)
    assert refusal.value.code == "value_count"
    # Who allows more events allows more values.
    assert len(decode_batch(many, 1000)) == 9


def test_values_are_counted_to_the_last_one() -> None:
    size = 200_000
    most = SPARE_VALUES + size // 16
    # Each [] is a value, and so is the place that it has.
    for number, fits in ((most // 2, True), (most // 2 + 1, False)):
        body = b"[" + b",".join([b"[]"] * number)
        body = body.ljust(size - 1) + b"]"
        if fits:
            assert len(decode_json(body)) == number
        else:
            with pytest.raises(PayloadTooLarge) as refusal:
                decode_json(body)
            assert refusal.value.body == {
                "error": f"telemetry payload value count exceeds {most}",
                "code": "value_count",
                "limit": most,
                "actual": 2 * number,
            }


def test_punctuation_in_texts_counts_no_values() -> None:
    text = json.dumps('[{,"\\' * 30_000 + "\\").encode()
    assert decode_json(text, Room(0)) == json.loads(text)

"""Whatever arrives, intake answers with a record or with an `IngestError`, and the record can be stored."""

import copy
import json
import re
from contextlib import suppress
from datetime import UTC, datetime

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logister_core.ingest.errors import IngestError
from logister_core.ingest.normalization import (
    check_in_envelope,
    check_limits,
    decode_json,
    deployment_envelope,
    enforce_limits,
    event_envelope,
    normalize_check_in,
    normalize_event,
    normalize_key,
)

NOW = datetime(2026, 8, 9, 12, tzinfo=UTC)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
intake = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

KEYS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "platform", "error", "diagnostic", "evidence", "exception", "frames", "backtrace", "cause",
            "app", "device", "os", "session", "user", "trace", "metric", "tags", "breadcrumbs",
            "feature_flags", "featureFlags", "telemetry_evidence", "serial", "androidId",
            "reporting_period", "producer", "sdk", "release", "repository", "commit_sha", "duration_ms",
            "value", "kind", "status", "locals",
        ]
    ),
)  # fmt: skip
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=12),
    st.sampled_from(["", " ", "android", "ios", "\x00", "\ud800", "2026-02-30", "2026-02-14T12:00:00Z", "1e999"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(KEYS, children, max_size=5)),
    max_leaves=25,
)
CONTEXTS = st.dictionaries(KEYS, JSON, max_size=8)
EVENTS = st.fixed_dictionaries(
    {
        "event_type": st.sampled_from(["error", "log", "metric", "transaction", "check_in", "span"]),
        "message": TEXTS,
        "context": CONTEXTS,
    },
    optional=dict.fromkeys(
        (
            "uuid", "occurred_at", "occurredAt", "level", "fingerprint", "evidence", "tags", "status", "release",
            "trace_id", "span_id", "started_at", "ended_at", "duration_ms", "kind", "handled", "name", "sha",
        ),
        JSON,
    ),
)  # fmt: skip


def contains_unstorable(value):
    if isinstance(value, str):
        return UNSTORABLE.search(value) is not None
    if isinstance(value, dict):
        return any(contains_unstorable(key) or contains_unstorable(item) for key, item in value.items())
    return isinstance(value, list) and any(map(contains_unstorable, value))


def take_in(body):
    """Everything intake does with a body; raises `IngestError` or returns the records it could make."""
    document = decode_json(body)
    records = []
    for mobile in (True, False):
        try:
            event = event_envelope(copy.deepcopy(document))
            enforce_limits(event, size=len(body))
            records.append(normalize_event(event, received_at=NOW, default_environment="production", mobile=mobile))
        except IngestError:
            continue
    for envelope in (check_in_envelope, deployment_envelope):
        try:
            fields = envelope(document)
            if envelope is check_in_envelope:
                records.append(normalize_check_in(fields, received_at=NOW, default_environment=None))
        except IngestError:
            continue
    return records


@intake
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_decoded_or_refused(body):
    with suppress(IngestError):
        take_in(body)


@intake
@given(JSON)
def test_arbitrary_documents_are_taken_or_refused(document):
    take_in(json.dumps({"event": document, "check_in": document, "deployment": document}).encode())


@intake
@given(EVENTS)
def test_records_of_arbitrary_events_can_be_stored(event):
    for record in take_in(json.dumps({"event": event}).encode()):
        assert orjson.loads(orjson.dumps(record.context)) is not None
        for name in type(record).__slots__:
            value = getattr(record, name)
            if isinstance(value, datetime):
                assert value.tzinfo is UTC
            else:
                assert not contains_unstorable(value)


@intake
@given(EVENTS)
def test_both_ways_through_the_limits_agree(event):
    body = json.dumps(event).encode()
    decoded = decode_json(body)

    def outcome(**options):
        try:
            check_limits(decoded, **options)
        except IngestError as refusal:
            return refusal.body
        return None

    assert outcome(size=len(body)) == outcome()


@intake
@given(JSON)
def test_decoding_gives_what_the_standard_library_reads(document):
    body = json.dumps(document).encode()
    decoded = decode_json(body)
    assert not contains_unstorable(decoded)
    if not contains_unstorable(document):
        assert decoded == json.loads(body, parse_int=lambda text: float(text) if abs(int(text)) >= 2**63 else int(text))


@intake
@given(st.text(max_size=30))
def test_normalizing_a_key_twice_changes_nothing_more(key):
    once = normalize_key(key)
    assert normalize_key(once) == once


@intake
@given(st.from_regex(r"[A-Za-z0-9:_-]{0,20}", fullmatch=True))
def test_normalized_identifiers_have_no_capitals_and_no_hyphens(key):
    assert not re.search("[A-Z-]", normalize_key(key))

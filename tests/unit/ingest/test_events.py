from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization.columns import FINGERPRINT_BYTES

UUID_TEXT = "9B1DEB4D-3B7D-4BAD-9BDD-2B0D7B3DCB6D"


def log(**fields):
    return {"event_type": "log", "message": "hi", **fields}


def test_case_10_1_a_bare_log_gets_environment_and_receipt_time(normalize, received_at):
    record = normalize(log())
    assert (record.event_type, record.level, record.message) == ("log", None, "hi")
    assert record.context["environment"] == record.environment == "production"
    assert record.context["telemetry_evidence"]["time"]["precision"] == "received_only"
    assert (record.occurred_at, record.precision) == (received_at, "exact")


def test_mobile_projects_keep_the_strict_rule_for_missing_times(normalize):
    assert normalize(log(), mobile=True).precision == "received_only"


def test_case_10_12_message_and_type_are_required(normalize):
    def errors(event):
        with pytest.raises(Invalid) as refusal:
            normalize(event)
        assert (refusal.value.status, refusal.value.reason) == (422, "invalid_event")
        return refusal.value.body["errors"]

    assert errors({"event_type": "error"}) == ["Message can't be blank"]
    assert errors({"event_type": "error", "message": " \n"}) == ["Message can't be blank"]
    assert errors({"event_type": "error", "message": {"a": 1}}) == ["Message can't be blank"]
    assert errors({"event_type": "boom", "message": "m"}) == ["Event type is not included in the list"]
    assert errors({"event_type": "Error", "message": "m"}) == ["Event type is not included in the list"]
    assert errors({"event_type": 0}) == ["Event type is not included in the list", "Message can't be blank"]


@pytest.mark.parametrize(("message", "stored"), [(42, "42"), (1.5, "1.5"), (True, "true"), (" a\nb ", " a\nb ")])
def test_messages_are_stored_whole_and_scalars_as_text(normalize, message, stored):
    assert normalize(log(message=message)).message == stored


def test_metric_names_are_stripped_because_they_are_compared(normalize):
    assert normalize({"event_type": "metric", "message": " queue.size\n"}).message == "queue.size"


def test_case_10_13_upper_case_envelopes_are_understood(normalize):
    record = normalize(
        {
            "EVENT_TYPE": "transaction",
            "MESSAGE": "HEAD /a",
            "CONTEXT": {"SERVICE": "q", "DURATION_MS": 1, "TRACE": {"TRACEID": "t1"}},
        }
    )
    assert record.context["service"] == record.service == "q"
    assert record.context["duration_ms"] == record.duration_ms == 1
    assert record.context["trace"]["traceid"] == "t1"


@pytest.mark.parametrize("context", [{"traceId": "a", "trace_id": "b"}, {"trace_id": "b", "traceId": "a"}])
def test_case_10_14_explicit_snake_case_key_beats_the_alias(normalize, context):
    record = normalize(log(context=context))
    assert (record.context["traceId"], record.context["trace_id"], record.trace_id) == ("a", "b", "b")


def test_case_10_14_a_lone_camel_case_key_is_stored_twice(normalize):
    record = normalize(log(context={"traceId": "a"}))
    assert (record.context["traceId"], record.context["trace_id"], record.trace_id) == ("a", "a", "a")


def test_ids_inside_the_request_count_where_nothing_else_names_them(normalize):
    request = {"request_id": "r-1", "trace_id": "t-1"}
    alone, beside = (normalize(log(context={"request": request, **more})) for more in ({}, {"trace_id": "t-2"}))
    assert (alone.trace_id, alone.request_id) == ("t-1", "r-1")
    assert (beside.trace_id, beside.request_id) == ("t-2", "r-1")


def test_case_10_15_status_goes_where_its_type_reads_it(normalize):
    record = normalize({"event_type": "transaction", "message": "GET /", "status": 503, "duration_ms": 182.5})
    assert record.context["transaction_status"] == 503
    assert "check_in_status" not in record.context
    assert (record.status_code, record.duration_ms) == ("503", 182.5)
    record = normalize({"event_type": "check_in", "message": "nightly", "status": "ok"})
    assert record.context["check_in_status"] == "ok"
    assert "transaction_status" not in record.context
    assert "status" not in normalize(log(status="x")).context


def test_case_10_16_the_context_beats_the_top_level_unless_blank(normalize):
    assert normalize(log(release="2", context={"release": "1"})).release == "1"
    record = normalize(log(release="2", context={"release": ""}))
    assert record.context["release"] == record.release == "2"


def test_top_level_fields_reach_the_context_by_their_first_non_blank_source(normalize):
    record = normalize(
        log(
            sha="abc1234", commit_sha=" ", repo="a/b", monitorSlug="nightly", mechanism="anr", handled=False,
            service="api", value=3, unit="ms", tags={"someTag": "x", "serial": "1"}, platform="linux",
            user={"id": 1}, other="dropped", branch=None,
        )
    )  # fmt: skip
    for key, value in {
        "commit_sha": "abc1234",
        "repository": "a/b",
        "check_in_slug": "nightly",
        "error_mechanism": "anr",
        "handled": False,
        "service": "api",
        "value": 3,
        "unit": "ms",
        "platform": "linux",
        "tags": {"someTag": "x", "some_tag": "x"},
    }.items():
        assert record.context[key] == value
    assert not {"user", "other", "branch", "sha", "release"} & set(record.context)


def test_the_environment_is_filled_in_once_and_read_with_one_default(normalize):
    assert normalize(log(environment="staging")).context["environment"] == "staging"
    assert normalize(log(), default_environment="demo").environment == "demo"
    record = normalize(log(), default_environment=None)
    assert "environment" not in record.context
    assert record.environment == "production"


@pytest.mark.parametrize("context", ["x", [1], 5, None, True])
def test_a_context_that_is_no_object_counts_as_empty(normalize, context):
    record = normalize(log(context=context))
    assert set(record.context) == {"environment", "telemetry_evidence"}


def test_case_10_17_times_are_read_or_taken_from_the_receipt(normalize, received_at):
    record = normalize(log(occurred_at="2026-02-14T12:00:00+02:00"))
    assert record.occurred_at == datetime(2026, 2, 14, 10, tzinfo=UTC)
    assert record.context["telemetry_evidence"]["time"]["precision"] == record.precision == "exact"
    for value in ("nonsense", 1_760_000_000, "1760000000", "", None, [], True):
        record = normalize(log(occurred_at=value))
        assert record.occurred_at == received_at
        assert record.context["telemetry_evidence"]["time"]["precision"] == "received_only"


def test_case_10_20_device_identifiers_are_gone_and_passwords_stay_stored(normalize):
    record = normalize(
        log(
            context={
                "android_id": "1",
                "device": {"advertising_id": "2", "vendor": {"identifierForVendor": "3"}},
                "password": "p",
            }
        )
    )
    assert "android_id" not in record.context
    assert record.context["device"] == {"vendor": {}}
    assert record.context["password"] == "p"


def test_case_10_21_identifiers_are_uuids_in_any_case(normalize):
    assert normalize(log(uuid=f" {UUID_TEXT} ")).client_uuid == UUID(UUID_TEXT)
    assert normalize(log(uuid=" ", eventId=UUID_TEXT)).client_uuid == UUID(UUID_TEXT)
    assert normalize(log(uuid="", event_id=None)).client_uuid is None
    for value in ("not-a-uuid", UUID_TEXT.replace("-", ""), f"{{{UUID_TEXT}}}", 5, [1]):
        with pytest.raises(Invalid) as refusal:
            normalize({"uuid": value, "event_type": "boom"})
        assert refusal.value.errors == ["Uuid is invalid"]


def test_typed_columns_are_read_from_their_documented_paths(normalize):
    record = normalize(
        log(
            level=" warning ",
            fingerprint="db.query",
            context={
                "trace": {"traceId": "t", "requestId": "r"},
                "session": {"id": "s"},
                "user": {"id": 7},
                "transactionName": "GET /",
                "service": "shop",
                "release": 12,
                "durationMs": "12.5",
                "http": {"statusCode": 404},
                "exception": {"type": "ValueError"},
                "tags": {"a": 1, "b": True, "c": {"d": 1}, "e": None, "f": " "},
                "value": 3,
                "unit": "ms",
            },
        )
    )
    assert record.level == "warning"
    assert record.fingerprint == "db.query"
    assert (record.trace_id, record.request_id, record.session_id, record.user_id) == ("t", "r", "s", "7")
    assert (record.transaction_name, record.service, record.release) == ("GET /", "shop", "12")
    assert (record.duration_ms, record.status_code, record.exception_class) == (12.5, "404", "ValueError")
    assert record.tags == {"a": "1", "b": "true"}
    assert (record.metric_value, record.metric_unit) == (None, None)


@pytest.mark.parametrize("context", [{"value": "2.5", "unit": "ms"}, {"metric": {"value": 2.5, "unit": "ms"}}])
def test_metrics_carry_value_and_unit(normalize, context):
    record = normalize({"event_type": "metric", "message": "m", "context": context})
    assert (record.metric_value, record.metric_unit) == (2.5, "ms")


@pytest.mark.parametrize("duration", ["12 ms", True, None, {}, "1e999", "nan", "٣"])
def test_durations_that_are_no_plain_number_are_absent(normalize, duration):
    assert normalize(log(context={"duration_ms": duration})).duration_ms is None


def test_the_status_of_a_celery_task_is_its_state(normalize):
    record = normalize({"event_type": "transaction", "message": "t", "context": {"task_state": "FAILURE"}})
    assert record.status_code == "FAILURE"


def test_long_texts_are_cut_for_columns_and_stay_whole_in_message_and_context(normalize):
    text = "x" * 1000
    record = normalize(log(message=text, level=text, context={"release": text, "tags": {text: text}}))
    assert len(record.release) == len(record.level) == 255
    assert record.tags == {"x" * 255: "x" * 255}
    assert record.message == record.context["release"] == text
    many = normalize(log(context={"tags": {f"t{i}": i for i in range(80)}}))
    assert len(many.tags) == 50


def test_long_fingerprints_are_bounded_and_stay_distinct(normalize):
    def stored(text):
        return normalize(log(fingerprint=text)).fingerprint

    assert stored("ü" * 512) == "ü" * 512
    assert stored("  ") is None
    long, other = stored("ü" * 5000 + "a"), stored("ü" * 5000 + "b")
    assert long != other
    assert long == stored("ü" * 5000 + "a")
    assert len(long.encode()) <= FINGERPRINT_BYTES


@pytest.mark.parametrize(
    ("context", "known"),
    [
        ({"release": "1", "repository": "a/b", "commitSha": "ABC1234"}, True),
        ({"release": "1", "git": {"repository": "https://github.com/a/b.git", "sha": "abc1234"}}, True),
        ({"release": "1", "repository": "a/b", "commit_sha": "main"}, False),
        ({"release": "1", "repository": "shop", "commit_sha": "abc1234"}, False),
        # The project's only repository may be meant.
        ({"release": "1", "commit_sha": "abc1234"}, True),
        ({"repository": "a/b", "commit_sha": "abc1234"}, False),
    ],
)
def test_case_10_36_full_source_context_is_recognized(normalize, context, known):
    assert normalize(log(context=context)).has_source_context is known


def test_what_leaves_can_be_stored(normalize):
    record = normalize(log(context={"a": [1.5, None, True, {"bC": "ü"}]}))
    assert orjson.loads(orjson.dumps(record.context)) == record.context

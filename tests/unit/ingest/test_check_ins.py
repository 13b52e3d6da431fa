from datetime import UTC, datetime

import pytest

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import check_in_envelope, normalize_check_in


@pytest.fixture
def check_in(received_at):
    def check_in(document, default_environment="production"):
        return normalize_check_in(
            check_in_envelope(document), received_at=received_at, default_environment=default_environment
        )

    return check_in


def test_case_10_31_a_slug_is_all_a_check_in_needs(check_in, received_at):
    record = check_in({"check_in": {"slug": " nightly ", "expected_interval_seconds": 600}})
    assert (record.event_type, record.level, record.message) == ("check_in", "info", "nightly")
    assert record.fingerprint is None
    assert (record.occurred_at, record.precision) == (received_at, "exact")
    evidence = record.context.pop("telemetry_evidence")
    assert evidence["time"]["precision"] == "received_only"
    assert record.context == {
        "environment": "production",
        "check_in_slug": "nightly",
        "check_in_status": "ok",
        "expected_interval_seconds": 600,
    }
    assert check_in({"CHECK_IN": {"SLUG": "x"}}).message == "x"


def test_case_10_31_a_check_in_without_slug_is_refused(check_in):
    for slug in ("", "  ", None, {"a": 1}):
        with pytest.raises(Invalid) as refusal:
            check_in({"check_in": {"status": "ok", "slug": slug}})
        assert refusal.value.errors == ["Message can't be blank"]
        assert refusal.value.reason == "invalid_check_in"


def test_case_10_40_the_javascript_check_in_is_understood(check_in):
    record = check_in(
        {
            "check_in": {
                "slug": "nightly",
                "status": "in_progress",
                "environment": "staging",
                "release": "1",
                "duration_ms": 12,
                "checked_at": "2026-02-14T12:00:00Z",
                "expected_interval_seconds": "60",
                "trace_id": "t",
                "request_id": "r",
                "context": {"a": 1},
            }
        }
    )
    assert record.occurred_at == datetime(2026, 2, 14, 12, tzinfo=UTC)
    assert record.level == "info"
    assert record.status_code == "in_progress"
    assert record.context["expected_interval_seconds"] == 60
    assert (record.environment, record.release, record.trace_id, record.request_id) == (
        "staging",
        "1",
        "t",
        "r",
    )
    assert record.duration_ms == record.context["duration_ms"] == 12
    assert "context" not in record.context


def test_only_the_status_error_is_a_failure(check_in):
    assert check_in({"slug": "x", "status": " error "}).level == "error"
    assert check_in({"slug": "x", "status": "failed"}).level == "info"


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [(None, 300), (0, 300), (-5, 300), ("x", 300), (1.5, 300), (True, 300), ("90", 90), (60.0, 60), (1e30, 2**31 - 1)],
)
def test_intervals_are_whole_seconds_above_zero(check_in, sent, seconds):
    record = check_in({"slug": "x", "expected_interval_seconds": sent})
    assert record.context["expected_interval_seconds"] == seconds


def test_durations_of_zero_or_less_and_blank_texts_are_omitted(check_in):
    record = check_in({"slug": "x", "duration_ms": 0, "release": " "}, default_environment=None)
    assert not {"duration_ms", "release", "environment"} & set(record.context)
    assert record.environment == "production"


def test_check_in_identifiers_are_validated(check_in):
    with pytest.raises(Invalid, match="invalid_check_in"):
        check_in({"slug": "x", "uuid": "nope"})

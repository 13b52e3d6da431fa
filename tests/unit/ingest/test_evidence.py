import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from logister_core.ingest.normalization import normalize_event
from logister_core.ingest.normalization.evidence import token
from logister_core.ingest.normalization.times import parse_time

FIXTURES = Path(__file__).parents[2] / "fixtures" / "telemetry"


def event(**fields):
    return {"event_type": "error", "message": "m", **fields}


@pytest.mark.parametrize("name", ["android_exact", "android_anr", "ios_reporting_interval"])
@pytest.mark.parametrize("mobile", [True, False])
def test_case_10_18_mobile_fixtures_give_exactly_the_expected_evidence(name, mobile):
    fixture = json.loads((FIXTURES / f"evidence_{name}.json").read_text())
    record = normalize_event(
        fixture["input"],
        received_at=parse_time(fixture["received_at"]),
        default_environment="production",
        mobile=mobile,
    )
    assert record.context["telemetry_evidence"] == fixture["expected_evidence"]
    assert record.precision == fixture["expected_evidence"]["time"]["precision"]


def test_case_10_18_a_reporting_period_dates_the_event_by_its_end(normalize):
    period = {"start": "2026-08-01T00:00:00Z", "end": "2026-08-02T00:00:00Z"}
    record = normalize(
        event(context={"platform": "ios", "diagnostic": {"kind": "hang", "reporting_period": period}}),
        mobile=True,
    )
    assert record.occurred_at == datetime(2026, 8, 2, tzinfo=UTC)
    assert record.precision == "reporting_interval"
    assert record.context["telemetry_evidence"]["evidence_kind"] == "sampled_call_tree"


def test_a_period_that_ends_before_it_starts_says_nothing(normalize, received_at):
    record = normalize(event(evidence={"reporting_start": "2026-08-03", "reporting_end": "2026-08-02"}), mobile=True)
    assert (record.occurred_at, record.precision) == (received_at, "received_only")
    assert "reporting_start" not in record.context["telemetry_evidence"]["time"]


def test_a_period_with_one_end_is_dated_by_it(normalize):
    record = normalize(event(context={"diagnostic": {"timeStampBegin": "2026-08-01"}}))
    assert (record.occurred_at, record.precision) == (
        datetime(2026, 8, 1, tzinfo=UTC),
        "reporting_interval",
    )


def test_case_10_19_client_sent_evidence_is_replaced_and_unknown_members_are_discarded(normalize):
    record = normalize(
        event(
            context={"telemetry_evidence": {"fatality": "fatal", "mine": 1}},
            evidence={
                "source": "SDK Upload",
                "mine": 1,
                "kind": {"not": "scalar"},
                "producer": {"sdk_name": "x", "mine": 1},
                "reporting_period": {"start": "2026-08-01", "mine": 1},
            },
        )
    )
    assert record.context["evidence"] == {
        "source": "SDK Upload",
        "producer": {"sdk_name": "x"},
        "reporting_period": {"start": "2026-08-01"},
    }
    statement = record.context["telemetry_evidence"]
    assert (statement["source"], statement["capture_mode"]) == ("sdk_upload", "sdk_upload")
    assert statement["fatality"] == "unknown"
    assert "mine" not in statement
    assert statement["producer"] == {"sdk_name": "x"}


def test_evidence_in_the_context_is_kept_over_the_top_level(normalize):
    record = normalize(event(context={"evidence": {"source": "a"}}, evidence={"source": "b"}))
    assert record.context["evidence"] == {"source": "a"}


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        ({"kind": "native_crash"}, "crashed_stack"),
        ({"kind": "memory-termination"}, "termination_metadata"),
        ({"kind": "Memory Pressure Termination"}, "memory_report"),
        ({"source": "google_play", "kind": "crash"}, "aggregate_counter"),
        ({"evidence_kind": "Mine", "kind": "crash"}, "mine"),
        ({}, "event_payload"),
    ],
)
def test_the_kind_of_proof_follows_scope_and_kind(normalize, evidence, kind):
    record = normalize(event(context={"evidence": evidence}))
    assert record.context["telemetry_evidence"]["evidence_kind"] == kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" Historical-Exit now ", "historical_exit_now"),
        ("v1.2/é", "v1.2"),
        (5, "5"),
        ("x" * 200, "x" * 80),
        ("///", None),
        ("", None),
        (None, None),
        ({}, None),
    ],
)
def test_tokens_are_short_machine_words(value, expected):
    assert token(value) == expected

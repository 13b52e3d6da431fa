"""What is stored of an event's context (specification, ingest chapter §5, by case); every rule has its unit tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from factories.projects import api_key, project
from logister_core.ingest.models import IngestEvent
from support.instance import Instance

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telemetry"


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def stored(site: Instance, token: str, **event: Any) -> tuple[IngestEvent, dict[str, Any]]:
    """Send one event; its row and context."""
    answer = site.post("/api/v1/ingest_events", {"event": {"event_type": "log", "message": "m"} | event}, token)
    assert answer.status_int == 201, answer.json
    row = next(row for row in site.rows(IngestEvent) if row.id == answer.json["legacy_id"])
    return row, site.context(row)


def test_case_10_14_a_key_in_snake_case_beats_an_alias_in_either_order(site: Instance, token: str) -> None:
    for sent in ({"traceId": "a", "trace_id": "b"}, {"trace_id": "b", "traceId": "a"}):
        row, context = stored(site, token, context=sent)
        assert (context["traceId"], context["trace_id"], row.trace_id) == ("a", "b", "b")
    row, context = stored(site, token, context={"traceId": "a"})
    assert (context["traceId"], context["trace_id"], row.trace_id) == ("a", "a", "a")


def test_case_10_15_the_status_goes_where_its_type_reads_it(site: Instance, token: str) -> None:
    row, context = stored(site, token, event_type="transaction", status=503, duration_ms=182.5)
    assert (context["transaction_status"], "check_in_status" in context) == (503, False)
    assert (row.status_code, row.duration_ms) == ("503", 182.5)
    row, context = stored(site, token, event_type="check_in", status="ok")
    assert (context["check_in_status"], "transaction_status" in context) == ("ok", False)
    assert row.status_code == "ok"


def test_case_10_16_the_context_beats_what_stands_beside_it_unless_blank(site: Instance, token: str) -> None:
    for sent, kept in (({"release": "1"}, "1"), ({"release": ""}, "2")):
        row, context = stored(site, token, release="2", context=sent)
        assert (row.release, context["release"]) == (kept, kept)


def test_case_10_18_a_reporting_period_dates_the_event(site: Instance) -> None:
    token = api_key(site, project(site, integration_kind="ios"))
    site.clock.now = datetime(2026, 8, 9, tzinfo=UTC)
    period = {"start": "2026-08-01T00:00:00Z", "end": "2026-08-02T00:00:00Z"}
    diagnostic = {"kind": "hang", "reporting_period": period}
    row, context = stored(site, token, event_type="error", context={"platform": "ios", "diagnostic": diagnostic})
    assert (row.occurred_at, row.time_precision) == (datetime(2026, 8, 2, tzinfo=UTC), "reporting_interval")
    assert context["telemetry_evidence"]["evidence_kind"] == "sampled_call_tree"


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("evidence_*.json")), ids=lambda path: path.stem)
def test_case_10_18_the_fixtures_give_exactly_the_expected_evidence(site: Instance, fixture: Path) -> None:
    document = json.loads(fixture.read_text())
    kind = "ios" if "ios" in fixture.stem else "android"
    site.clock.now = datetime.fromisoformat(document["received_at"])
    _, context = stored(site, api_key(site, project(site, integration_kind=kind)), **document["input"])
    assert context["telemetry_evidence"] == document["expected_evidence"]


def test_case_10_19_evidence_is_stated_by_the_server_from_what_it_knows(site: Instance, token: str) -> None:
    evidence = {
        "source": "SDK Upload",
        "mine": 1,
        "producer": {"sdk_name": "x", "mine": 1},
        "reporting_period": {"start": "2026-08-01", "mine": 1},
    }
    sent = {"telemetry_evidence": {"fatality": "fatal", "mine": 1}}
    _, context = stored(site, token, evidence=evidence, context=sent)
    assert context["evidence"] == {
        "source": "SDK Upload",
        "producer": {"sdk_name": "x"},
        "reporting_period": {"start": "2026-08-01"},
    }
    assert context["telemetry_evidence"]["fatality"] == "unknown"
    assert "mine" not in json.dumps(context)


def test_case_10_20_device_identifiers_are_not_stored_and_passwords_are_not_shown(site: Instance, people: Any) -> None:
    owner, browser = people.newcomer()
    of = people.project(owner)
    sent = {
        "android_id": "device-1",
        "device": {"advertising_id": "device-2", "vendor": {"identifierForVendor": "device-3"}},
        "password": "hunter2",
    }
    row, context = stored(site, api_key(site, of), event_type="error", context=sent)
    assert "device-" not in json.dumps(context)
    assert context["password"] == "hunter2"
    page = browser.get(f"/projects/{of.uuid}/events/{row.uuid}?tab=context")
    assert "hunter2" not in page.text
    assert '"password": "[REDACTED]"' in page.html.text

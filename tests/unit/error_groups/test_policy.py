"""What one more occurrence does to a group (spec 20 §6.1, acceptance cases 11 to 17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from logister_core.error_groups.policy import (
    GroupState,
    OccurrenceTime,
    decide_occurrence,
    first_occurrence,
    milestone,
    regression_proof,
)

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def exact(at=NOW, stored_at=NOW):
    return OccurrenceTime("exact", at, stored_at)


def interval(start, end):
    return OccurrenceTime("reporting_interval", end or start, NOW, reporting_start=start, reporting_end=end)


def group(status="unresolved", *, latest=NOW - DAY, **closed_at):
    return GroupState(
        status, first_seen_at=NOW - 2 * DAY, last_seen_at=latest, latest_event_occurred_at=latest, **closed_at
    )


def test_a_new_group_is_bounded_by_its_event_or_its_interval():
    assert first_occurrence(exact()) == (NOW, NOW)
    assert first_occurrence(interval(NOW - DAY, NOW)) == (NOW - DAY, NOW)


def test_a_later_event_of_an_open_group_becomes_its_latest_and_may_alert():
    decision = decide_occurrence(group(), exact())

    assert decision.becomes_latest
    assert decision.alerts
    assert not decision.reopen
    assert (decision.first_seen_at, decision.last_seen_at) == (NOW - 2 * DAY, NOW)
    assert decision.reason == "latest_source_evidence"


def test_an_event_at_the_same_moment_becomes_the_latest():
    assert decide_occurrence(group(latest=NOW), exact()).becomes_latest


def test_an_older_event_of_an_open_group_only_widens_the_bounds():
    decision = decide_occurrence(group(), exact(NOW - 3 * DAY))

    assert not decision.becomes_latest
    assert not decision.alerts
    assert (decision.first_seen_at, decision.last_seen_at) == (NOW - 3 * DAY, NOW - DAY)
    assert decision.reason == "historical_source_evidence"


@pytest.mark.parametrize(
    ("status", "column"), [("resolved", "resolved_at"), ("ignored", "ignored_at"), ("archived", "archived_at")]
)
def test_case_20_11_an_exact_event_after_closure_reopens_with_proof(status, column):
    closed = group(status, **{column: NOW - HOUR})

    decision = decide_occurrence(closed, exact())
    proof = regression_proof(
        closed, exact(), decision, event_uuid="e-1", detected_at=NOW, source="sdk", kind="error", release="1.4.2"
    )

    assert decision.reopen
    assert decision.alerts
    assert decision.becomes_latest
    assert decision.reason == "source_evidence_after_closure"
    assert proof == {
        "schema_version": 1,
        "reason": f"after_{status}",
        "policy_reason": "source_evidence_after_closure",
        "time_precision": "exact",
        "proof_at": "2026-11-03T12:00:00.000000Z",
        "closure_at": "2026-11-03T11:00:00.000000Z",
        "received_at": "2026-11-03T12:00:00.000000Z",
        "detected_at": "2026-11-03T12:00:00.000000Z",
        "event_uuid": "e-1",
        "source": "sdk",
        "kind": "error",
        "release": "1.4.2",
    }


def test_an_event_at_the_very_moment_of_closure_does_not_reopen():
    assert not decide_occurrence(group("resolved", resolved_at=NOW), exact()).reopen


def test_closure_is_the_latest_of_the_closing_times():
    closed = group("archived", resolved_at=NOW - DAY, archived_at=NOW + HOUR)

    assert not decide_occurrence(closed, exact()).reopen


def test_a_closed_group_that_does_not_say_since_when_is_never_reopened():
    assert not decide_occurrence(group("resolved"), exact()).reopen


def test_case_20_12_an_event_from_before_the_closure_is_counted_and_changes_no_status():
    closed = group("resolved", latest=NOW - 3 * DAY, resolved_at=NOW - DAY)

    decision = decide_occurrence(closed, exact(NOW - 2 * DAY))

    assert not decision.reopen
    assert not decision.alerts
    assert decision.becomes_latest
    assert decision.last_seen_at == NOW - 2 * DAY
    assert decision.reason == "source_evidence_before_closure"


@pytest.mark.parametrize("status", ["resolved", "unresolved"])
def test_case_20_13_a_received_only_event_moves_nothing(status):
    before = group(status, resolved_at=NOW - HOUR if status == "resolved" else None)

    decision = decide_occurrence(before, OccurrenceTime("received_only", NOW, NOW))

    assert not decision.reopen
    assert not decision.becomes_latest
    assert not decision.alerts
    assert (decision.first_seen_at, decision.last_seen_at) == (before.first_seen_at, before.last_seen_at)
    assert decision.reason == "received_only"


def test_case_20_14_an_interval_that_starts_after_closure_reopens_and_proves_it_by_its_start():
    closed = group("resolved", resolved_at=NOW - DAY)
    reported = interval(NOW - HOUR, NOW)

    decision = decide_occurrence(closed, reported)
    proof = regression_proof(closed, reported, decision, event_uuid="e-1", detected_at=NOW)

    assert decision.reopen
    assert proof["proof_at"] == "2026-11-03T11:00:00.000000Z"
    assert proof["time_precision"] == "reporting_interval"


@pytest.mark.parametrize("start", [NOW - 2 * DAY, None])
def test_case_20_14_an_interval_that_overlaps_closure_does_not_reopen(start):
    closed = group("resolved", resolved_at=NOW - DAY)

    decision = decide_occurrence(closed, interval(start, NOW))

    assert not decision.reopen
    assert decision.becomes_latest
    assert decision.reason == "reporting_interval_overlaps_closure"


@pytest.mark.parametrize(("delay", "trusted"), [(timedelta(minutes=15), True), (timedelta(minutes=16), False)])
def test_an_event_of_unknown_precision_is_trusted_when_it_was_stored_within_15_minutes(delay, trusted):
    time = OccurrenceTime("unknown", NOW, NOW + delay)

    decision = decide_occurrence(group("ignored", ignored_at=NOW - HOUR), time)

    assert decision.reopen is trusted
    assert decision.becomes_latest is trusted
    assert decision.reason == ("source_evidence_after_closure" if trusted else "legacy_time_unknown")


def test_case_20_17_milestones_are_10_100_and_every_thousand():
    assert [count for count in range(3002) if milestone(count)] == [10, 100, 1000, 2000, 3000]
    assert (milestone(10), milestone(11), milestone(2000)) == (10, None, 2000)


def resolved(resolution, release="1.4.2"):
    return group("resolved", resolved_at=NOW - HOUR, resolution=resolution, resolved_in_release=release)


@pytest.mark.parametrize(
    ("resolution", "in_release", "release", "reason"),
    [
        ("now", "1.4.2", "1.4.2", "source_evidence_after_closure"),
        (None, "1.4.2", None, "source_evidence_after_closure"),
        ("next_release", "1.4.2", "1.4.2", "awaits_next_release"),
        ("next_release", "1.4.2", None, "awaits_next_release"),
        ("next_release", "1.4.2", "1.4.3", "source_evidence_after_closure"),
        ("next_release", None, "1.4.3", "source_evidence_after_closure"),
        ("for_good", "1.4.2", "2.0", "resolved_for_good"),
    ],
)
def test_how_it_was_resolved_decides_what_reopens_it(resolution, in_release, release, reason):
    decision = decide_occurrence(resolved(resolution, in_release), exact(), release)

    assert decision.reason == reason
    assert decision.reopen is decision.alerts is (reason == "source_evidence_after_closure")


def test_another_release_before_the_closing_proves_nothing():
    decision = decide_occurrence(resolved("next_release"), exact(NOW - 2 * HOUR), "1.4.3")

    assert not decision.reopen
    assert decision.reason == "source_evidence_before_closure"


def test_a_snoozed_group_opens_when_enough_happened_after_it_was_snoozed():
    snoozed = group("ignored", ignored_at=NOW - HOUR, snooze={"events": 2}, snooze_progress={"seen": 1})

    earlier = decide_occurrence(snoozed, exact(NOW - 2 * HOUR))
    assert (earlier.reopen, earlier.snooze_progress) == (False, {"seen": 1})
    enough = decide_occurrence(snoozed, exact())
    assert (enough.reopen, enough.alerts, enough.snooze_progress) == (True, True, {"seen": 2})
    longer = decide_occurrence(group("ignored", ignored_at=NOW - HOUR, snooze={"events": 2}), exact())
    assert (longer.reopen, longer.reason, longer.snooze_progress) == (False, "snoozed", {"seen": 1})

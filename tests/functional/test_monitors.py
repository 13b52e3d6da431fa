"""From an accepted check-in to its monitor and the notices about it (specification, ingest chapter §10.3)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from factories.monitors import check_in, monitor
from factories.projects import api_key, project
from logister_core.monitors.actors import tell_missed_monitors
from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.projections import CheckInMonitors
from logister_core.monitors.services import MonitorService, missed_ids
from logister_core.notifications.models import NotificationIntent
from logister_core.outbox.models import DeliveryStatus, TelemetryBatch, TelemetryDelivery
from logister_core.projects.models import Project
from logister_core.tasks.recurring import tick
from support.instance import Instance


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def intents(site: Instance) -> list[NotificationIntent]:
    return site.rows(NotificationIntent)


def kinds(site: Instance) -> list[str]:
    return [intent.kind for intent in intents(site)]


def sweep(site: Instance) -> None:
    """What the recurring job does every 15 minutes."""
    name = f"{tell_missed_monitors.__module__}.{tell_missed_monitors.__qualname__}"
    site.registry.actors[name].fn()


def project_all_again(site: Instance) -> None:
    """Apply every batch once more, as a worker does whose commit was lost."""
    with site.write() as db:
        batches = list(db.scalars(select(TelemetryBatch)))
        CheckInMonitors().apply(db, batches, skip=frozenset(), now=site.clock())


# Case 31


def test_case_10_31_a_check_in_becomes_a_monitor_once_projected(site: Instance, token: str) -> None:
    answer = check_in(site, token, expected_interval_seconds=600)
    assert answer.status_int == 201
    assert set(answer.json) == {"id", "status"}
    assert site.count(CheckInMonitor) == 0
    assert [row.status for row in site.rows(TelemetryDelivery)] == [DeliveryStatus.PENDING.value]

    site.project_events()
    found = monitor(site)
    assert (found.slug, found.environment, found.last_status) == ("nightly", "production", "ok")
    assert found.expected_interval_seconds == 600
    assert found.last_check_in_at == site.clock()
    assert str(found.last_event_uuid) == answer.json["id"]
    assert found.state_at(site.clock()) == "ok"
    assert intents(site) == []


def test_case_10_31_other_spellings_and_missing_parts(site: Instance, token: str) -> None:
    path = "/api/v1/check_ins"
    assert site.post(path, {"CHECK_IN": {"SLUG": "x"}}, token).status_int == 201
    refused = site.post(path, {"check_in": {"status": "ok"}}, token)
    assert (refused.status_int, refused.json["errors"]) == (422, ["Message can't be blank"])
    missing = site.post(path, {"payload": {"slug": "x"}}, token)
    assert missing.status_int == 400
    assert "check_in" in missing.json["error"]


def test_an_event_of_type_check_in_is_one_too(site: Instance, token: str) -> None:
    context = {"check_in_slug": "reports", "expected_interval_seconds": "900", "environment": "staging"}
    site.send(token, event_type="check_in", message="Weekly reports", status="error", context=context)
    site.project_events()
    found = monitor(site)
    assert (found.slug, found.environment, found.last_status) == ("reports", "staging", "error")
    assert found.expected_interval_seconds == 900


def test_a_slug_is_cut_where_the_column_of_others_ends(site: Instance, token: str) -> None:
    check_in(site, token, slug="s" * 300)
    check_in(site, token, slug="s" * 300)
    site.project_events()
    assert monitor(site).slug == "s" * 255


def test_environments_and_projects_are_monitored_apart(site: Instance, token: str) -> None:
    check_in(site, token)
    check_in(site, token, environment="staging")
    check_in(site, api_key(site, project(site)))
    site.project_events()
    assert sorted(row.environment for row in site.rows(CheckInMonitor)) == ["production", "production", "staging"]


# Case 32


def test_case_10_32_a_stored_monitor_is_overdue_after_interval_and_grace(site: Instance, token: str) -> None:
    for slug, seconds_ago, status in (("late", 120, "ok"), ("in-time", 85, "ok"), ("failed", 120, "error")):
        at = (site.clock() - timedelta(seconds=seconds_ago)).isoformat()
        check_in(site, token, slug=slug, status=status, expected_interval_seconds=60, occurred_at=at)
        check_in(site, token, slug=f"paused-{slug}", status=status, expected_interval_seconds=60, occurred_at=at)
    site.project_events()
    with site.write() as db:
        service = MonitorService(db, site.clock)
        for found in db.scalars(select(CheckInMonitor).where(CheckInMonitor.slug.startswith("paused"))):
            service.pause(found)
    states = {found.slug: found.state_at(site.clock()) for found in site.rows(CheckInMonitor)}
    assert states == {
        "late": "missed",
        "in-time": "ok",
        "failed": "error",
        "paused-late": "paused",
        "paused-in-time": "paused",
        "paused-failed": "paused",
    }
    with site.read() as db:
        [missed] = missed_ids(db, now=site.clock())
    assert missed == next(found.id for found in site.rows(CheckInMonitor) if found.slug == "late")


# Case 33


def test_case_10_33_an_error_is_told_once(site: Instance, token: str) -> None:
    check_in(site, token, status="error")
    site.project_events()
    found = monitor(site)
    [owed] = intents(site)
    assert owed.dedup_key == f"monitor:{found.id}:transition:{found.notification_transition_id}:monitor_missed"
    assert owed.details["expected_status"] == "error"
    assert owed.check_in_monitor_id == found.id
    assert found.last_error_at == site.clock()

    project_all_again(site)
    assert len(intents(site)) == 1

    site.clock.forward(minutes=1)
    check_in(site, token, status="error")
    site.project_events()
    assert len(intents(site)) == 1


def test_case_10_33_a_recovery_is_told_once(site: Instance, token: str) -> None:
    check_in(site, token, status="error")
    site.project_events()
    site.clock.forward(minutes=1)
    check_in(site, token, status="ok")
    site.project_events()
    project_all_again(site)
    assert kinds(site) == ["monitor_missed", "monitor_recovered"]
    assert intents(site)[1].details["expected_status"] == "ok"
    assert monitor(site).notification_state == "ok"


def test_case_10_33_a_second_cycle_has_keys_of_its_own(site: Instance, token: str) -> None:
    for status in ("error", "ok", "error", "ok"):
        check_in(site, token, status=status)
        site.project_events()
        site.clock.forward(minutes=1)
    assert kinds(site) == ["monitor_missed", "monitor_recovered"] * 2
    assert len({intent.dedup_key for intent in intents(site)}) == 4


def test_case_10_33_an_older_event_that_arrives_late_changes_nothing(site: Instance, token: str) -> None:
    check_in(site, token, occurred_at=site.clock().isoformat())
    site.project_events()
    before = monitor(site)
    earlier = (site.clock() - timedelta(minutes=5)).isoformat()
    check_in(site, token, occurred_at=earlier, status="error", expected_interval_seconds=7)
    site.project_events()
    after = monitor(site)
    assert (after.last_status, after.expected_interval_seconds, after.last_event_id, after.last_error_at) == (
        "ok",
        300,
        before.last_event_id,
        None,
    )
    assert after.notification_transition_id == before.notification_transition_id
    assert intents(site) == []


def test_of_two_check_ins_at_one_moment_the_later_accepted_one_counts(site: Instance, token: str) -> None:
    moment = site.clock().isoformat()
    for status in ("error", "ok"):
        check_in(site, token, occurred_at=moment, status=status)
    site.project_events()
    assert monitor(site).last_status == "ok"


def test_check_ins_of_one_run_are_folded_in_the_order_of_acceptance(site: Instance, token: str) -> None:
    for status in ("ok", "error", "ok"):
        check_in(site, token, status=status)
        site.clock.forward(minutes=1)
    site.project_events()
    assert kinds(site) == ["monitor_missed", "monitor_recovered"]
    assert monitor(site).last_status == "ok"


def test_a_first_ok_and_a_changed_word_are_no_news(site: Instance, token: str) -> None:
    for status in ("ok", "in_progress", "ok"):
        check_in(site, token, status=status)
        site.clock.forward(minutes=1)
    site.project_events()
    assert intents(site) == []
    assert monitor(site).notification_state == "ok"


def test_a_check_in_after_a_gap_nobody_saw_is_told_as_recovery(site: Instance, token: str) -> None:
    check_in(site, token)
    site.project_events()
    site.clock.forward(hours=1)
    check_in(site, token)
    site.project_events()
    assert kinds(site) == ["monitor_recovered"]


def test_a_client_whose_clock_is_ahead_does_not_silence_its_monitor(site: Instance, token: str) -> None:
    check_in(site, token, occurred_at="2099-01-01T00:00:00Z")
    site.project_events()
    assert monitor(site).last_check_in_at == site.clock()
    site.clock.forward(minutes=1)
    check_in(site, token, status="error", occurred_at=site.clock().isoformat())
    site.project_events()
    assert monitor(site).last_status == "error"


def test_rows_that_are_skipped_make_no_monitor(site: Instance, token: str) -> None:
    check_in(site, token)
    with site.write() as db:
        batches = list(db.scalars(select(TelemetryBatch)))
        rows = frozenset(range(batches[0].first_record_id, batches[0].last_record_id + 1))
        CheckInMonitors().apply(db, batches, skip=rows, now=site.clock())
    assert site.count(CheckInMonitor) == 0


# Case 34


def test_case_10_34_a_missed_monitor_is_told_once_an_hour(site: Instance, token: str) -> None:
    check_in(site, token, expected_interval_seconds=60)
    site.project_events()
    site.clock.forward(minutes=10)
    sweep(site)
    found = monitor(site)
    assert found.notification_state == "missed"
    base = f"monitor:{found.id}:transition:{found.notification_transition_id}:monitor_missed:bucket:"
    assert [intent.dedup_key for intent in intents(site)] == [base + "2026112012"]
    assert intents(site)[0].details["expected_status"] == "missed"

    site.clock.forward(minutes=15)
    sweep(site)
    assert len(intents(site)) == 1

    site.clock.forward(minutes=45)
    sweep(site)
    assert [intent.dedup_key for intent in intents(site)] == [base + "2026112012", base + "2026112013"]


def test_case_10_34_a_paused_monitor_is_not_told_about(site: Instance, token: str) -> None:
    check_in(site, token, expected_interval_seconds=60)
    site.project_events()
    with site.write() as db:
        MonitorService(db, site.clock).pause(db.scalars(select(CheckInMonitor)).one())
    site.clock.forward(hours=1)
    sweep(site)
    assert intents(site) == []


def test_monitors_in_time_failed_or_of_archived_projects_are_not_told_about(site: Instance, token: str) -> None:
    archived = project(site)
    check_in(site, token, slug="in-time", expected_interval_seconds=86_400)
    check_in(site, token, slug="failed", status="error", expected_interval_seconds=60)
    check_in(site, api_key(site, archived), expected_interval_seconds=60)
    site.project_events()
    with site.write() as db:
        db.execute(update(Project).where(Project.id == archived.id).values(archived_at=site.clock()))
    site.clock.forward(hours=1)
    sweep(site)
    assert [intent.dedup_key for intent in intents(site) if "bucket" in intent.dedup_key] == []


def test_the_sweep_is_due_every_quarter_of_an_hour(site: Instance) -> None:
    assert "missed_monitors" in tick(site.registry)
    job = site.registry.recurring_jobs["missed_monitors"]
    assert job.next(site.clock()) == site.clock() + timedelta(minutes=15)


def test_a_check_in_made_in_time_that_arrives_after_the_alarm_recovers_the_monitor(site: Instance, token: str) -> None:
    made_in_time = (site.clock() + timedelta(seconds=61)).isoformat()
    check_in(site, token, expected_interval_seconds=60)
    site.project_events()
    site.clock.forward(minutes=10)
    sweep(site)
    check_in(site, token, expected_interval_seconds=60, occurred_at=made_in_time)
    site.project_events()
    assert kinds(site) == ["monitor_missed", "monitor_recovered"]


# Pausing


def test_pausing_ends_alerts_and_resuming_says_how_it_stands(site: Instance, token: str) -> None:
    check_in(site, token, status="error")
    site.project_events()
    before = monitor(site)
    with site.write() as db:
        MonitorService(db, site.clock).pause(db.scalars(select(CheckInMonitor)).one())
    paused = monitor(site)
    assert paused.notification_state == "paused"
    assert paused.notification_transition_id != before.notification_transition_id

    site.clock.forward(minutes=1)
    check_in(site, token, status="ok")
    site.project_events()
    assert (monitor(site).last_status, monitor(site).notification_state) == ("ok", "paused")
    assert kinds(site) == ["monitor_missed"]

    with site.write() as db:
        MonitorService(db, site.clock).resume(db.scalars(select(CheckInMonitor)).one())
    resumed = monitor(site)
    assert (resumed.monitoring_paused_at, resumed.notification_state) == (None, "ok")
    assert resumed.notification_transition_id != paused.notification_transition_id
    assert kinds(site) == ["monitor_missed"]


# Several workers


def test_batches_applied_in_any_order_leave_the_newest_check_in(site: Instance, token: str) -> None:
    for status in ("error", "ok", "error", "in_progress"):
        check_in(site, token, status=status)
        site.clock.forward(minutes=1)
    with site.read() as db:
        batches = list(db.scalars(select(TelemetryBatch).order_by(TelemetryBatch.id.desc())))
    assert len(batches) == 4
    for batch in batches:
        with site.write() as db:
            CheckInMonitors().apply(db, [batch], skip=frozenset(), now=site.clock())
    assert monitor(site).last_status == "in_progress"


def test_two_workers_at_once_agree_and_never_wait_in_a_circle(site: Instance, token: str) -> None:
    slugs = [f"job-{number}" for number in range(12)]
    for _ in range(4):
        for slug in slugs:
            check_in(site, token, slug=slug)
        slugs.reverse()
        site.clock.forward(minutes=1)
    with site.read() as db:
        batches = list(db.scalars(select(TelemetryBatch).order_by(TelemetryBatch.id)))
    # Both know some monitors that the other one creates, and both go through them in their own order.
    parts = [batches[::2], list(reversed(batches[1::2]))]
    together = threading.Barrier(len(parts))
    problems: list[BaseException] = []

    def work(part: list[TelemetryBatch]) -> None:
        try:
            together.wait(timeout=10)
            for start in range(0, len(part), 6):
                with site.write() as db:
                    CheckInMonitors().apply(db, part[start : start + 6], skip=frozenset(), now=site.clock())
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert problems == []
    found = site.rows(CheckInMonitor)
    assert sorted(row.slug for row in found) == sorted(slugs)
    assert {row.last_check_in_at for row in found} == {site.clock() - timedelta(minutes=1)}
    assert intents(site) == []

"""From an accepted error to its group (specification, grouping chapter; cases are named by their number)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from factories.projects import api_key, project
from logister_core.error_groups import projection
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence, GroupStatus
from logister_core.error_groups.projection import ErrorGrouping
from logister_core.ingest.models import IngestEvent
from logister_core.notifications.models import NotificationEvaluation, NotificationIntent
from logister_core.outbox.models import TelemetryBatch, TelemetryDelivery, TelemetryFailure
from logister_core.outbox.run import run
from logister_core.projects.models import Project
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def group(site: Instance) -> ErrorGroup:
    [found] = site.rows(ErrorGroup)
    return found


def change(site: Instance, **values: Any) -> None:
    """What a person does to the only group."""
    with site.write() as db:
        db.execute(update(ErrorGroup).values(**values))


def kinds(site: Instance) -> list[str]:
    return [intent.kind for intent in site.rows(NotificationIntent)]


def error(fingerprint: str = "fp-1", **values: Any) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "message": "undefined method",
        "context": {"exception": {"class": "NoMethodError"}},
        **values,
    }


def test_case_20_01_a_metric_never_becomes_a_group(site: Instance, token: str) -> None:
    assert site.send(token, event_type="metric", message="queue.depth").status_int == 201
    site.project_events()
    assert site.count(ErrorGroup) == 0


def test_case_20_02_an_error_with_a_fingerprint_makes_one_group(site: Instance, token: str) -> None:
    answer = site.send(token, **error()).json
    site.project_events()
    made = group(site)
    assert (made.fingerprint, made.status, made.occurrence_count) == ("fp-1", "unresolved", 1)
    assert (made.subtitle, made.title) == ("NoMethodError", "undefined method")
    assert (str(made.latest_event_uuid), made.latest_event_id) == (answer["id"], answer["legacy_id"])
    [occurrence] = site.rows(ErrorOccurrence)
    assert (occurrence.error_group_id, occurrence.ingest_event_id) == (made.id, answer["legacy_id"])
    [intent] = site.rows(NotificationIntent)
    assert (intent.kind, intent.dedup_key) == ("first_occurrence", f"error_group:{made.id}:first_occurrence")


def test_case_20_03_a_second_event_joins_and_is_observed_in_its_hour(site: Instance, token: str) -> None:
    site.send(token, **error())
    site.project_events()
    later = site.clock.forward(hours=1)
    second = site.send(token, **error()).json
    site.project_events()
    made = group(site)
    assert made.occurrence_count == 2
    assert (made.latest_event_id, made.last_seen_at) == (second["legacy_id"], later)
    [observed] = site.rows(NotificationEvaluation)
    assert (observed.hour_bucket, observed.observation_count) == (later.strftime("%Y%m%d%H"), 1)
    assert observed.evaluate_after == later + timedelta(seconds=5)


def test_case_20_04_grouping_an_event_twice_changes_nothing(site: Instance, token: str) -> None:
    site.send(token, **error())
    site.project_events()
    before = kinds(site)
    with site.write() as db:
        ErrorGrouping().apply(db, site.rows(TelemetryBatch), skip=frozenset(), now=site.clock())
    assert (group(site).occurrence_count, site.count(ErrorOccurrence), kinds(site)) == (1, 1, before)


def test_case_20_05_a_group_that_another_worker_made_a_moment_before_is_joined(
    site: Instance, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.send(token, **error())
    site.project_events()
    looks = []

    def blind_at_first(session: Any, keys: Any) -> Any:
        """This worker looked before the other one had committed."""
        looks.append(keys)
        return {} if len(looks) == 1 else look_up(session, keys)

    look_up = projection._look_up
    monkeypatch.setattr(projection, "_look_up", blind_at_first)
    site.send(token, **error())
    assert site.project_events().batches == 1
    assert len(looks) == 2
    assert (group(site).occurrence_count, site.count(ErrorGroupKey), site.count(ErrorOccurrence)) == (2, 1, 2)
    assert kinds(site) == ["first_occurrence"]


def test_case_20_06_without_fingerprint_the_exact_strategy_takes_the_first_line(site: Instance) -> None:
    token = api_key(site, project(site, grouping_strategy="message_exact"))
    site.send(token, message="Boom 7\nmore")
    empty_first = site.send(token, message="\nx").json
    site.project_events()
    assert {made.fingerprint: made.title for made in site.rows(ErrorGroup)} == {
        "Boom 7": "Boom 7",
        empty_first["id"]: "Untitled error",
    }


def test_case_20_07_a_key_too_long_for_an_index_is_hashed(site: Instance, token: str) -> None:
    for _ in range(2):
        assert site.send(token, **error("f" * 600)).status_int == 201
    site.project_events()
    assert group(site).occurrence_count == 2
    assert group(site).fingerprint.startswith("sha256:")


def test_case_20_10_what_fails_after_grouping_takes_everything_with_it(site: Instance, token: str) -> None:
    site.send(token, **error())
    site.send(token, **error())

    class Fails:
        def apply(self, *_: object, **__: object) -> None:
            raise RuntimeError("after the evaluation")

    site.registry.destinations["projector"].add(Fails())
    assert site.project_events().retried == 2
    for model in (ErrorGroup, ErrorOccurrence, NotificationIntent, NotificationEvaluation):
        assert site.count(model) == 0


def test_case_20_11_a_later_event_reopens_a_resolved_group(site: Instance, token: str) -> None:
    site.send(token, **error())
    site.project_events()
    change(site, status=GroupStatus.RESOLVED, resolved_at=site.clock.forward(hours=1))
    site.clock.forward(hours=1)
    event = site.send(token, **error(context={"release": "1.4.2"})).json
    site.project_events()
    made = group(site)
    assert (made.status, made.resolved_at, made.reopen_count, made.regression_count) == ("unresolved", None, 1, 1)
    assert made.regressed_in_release == "1.4.2"
    proof = made.current_regression
    assert (proof["reason"], proof["event_uuid"]) == ("after_resolved", event["id"])
    assert kinds(site) == ["first_occurrence", "regression"]


def test_case_20_12_an_event_from_before_the_resolution_only_counts(site: Instance, token: str) -> None:
    site.send(token, **error(occurred_at=(site.clock() - timedelta(days=3)).isoformat()))
    site.project_events()
    change(site, status=GroupStatus.RESOLVED, resolved_at=site.clock() - timedelta(days=1))
    old = site.clock() - timedelta(days=2)
    late = site.send(token, **error(occurred_at=old.isoformat())).json
    site.project_events()
    made = group(site)
    assert (made.status, made.occurrence_count, made.regression_count) == ("resolved", 2, 0)
    assert (made.latest_event_id, made.last_seen_at) == (late["legacy_id"], old)
    assert kinds(site) == ["first_occurrence"]


def test_case_20_13_on_a_mobile_project_a_received_only_event_never_reopens(site: Instance) -> None:
    token = api_key(site, project(site, integration_kind="android"))
    site.send(token, **error())
    site.project_events()
    before = group(site)
    change(site, status=GroupStatus.RESOLVED, resolved_at=site.clock.forward(hours=1))
    site.clock.forward(hours=1)
    site.send(token, **error(occurred_at=None))
    site.project_events()
    made = group(site)
    assert (made.status, made.occurrence_count) == ("resolved", 2)
    assert (made.latest_event_id, made.last_seen_at) == (before.latest_event_id, before.last_seen_at)


def test_case_20_14_an_interval_reopens_only_when_it_began_after_the_closure(site: Instance) -> None:
    token = api_key(site, project(site, integration_kind="ios"))

    def interval(start: Any, end: Any) -> dict[str, Any]:
        period = {"start": start.isoformat(), "end": end.isoformat()}
        return error(occurred_at=None, context={"diagnostic": {"reporting_period": period}})

    site.send(token, **error())
    site.project_events()
    closure = site.clock.forward(hours=5)
    change(site, status=GroupStatus.IGNORED, ignored_at=closure)
    site.clock.forward(days=2)
    site.send(token, **interval(closure - timedelta(hours=1), closure + timedelta(hours=1)))
    site.project_events()
    assert group(site).status == "ignored"
    site.send(token, **interval(closure + timedelta(hours=1), closure + timedelta(hours=2)))
    site.project_events()
    made = group(site)
    assert (made.status, made.current_regression["reason"]) == ("unresolved", "after_ignored")
    assert made.current_regression["proof_at"].startswith((closure + timedelta(hours=1)).strftime("%Y-%m-%dT%H"))


def test_case_20_15_a_status_set_after_the_worker_read_the_group_is_seen_under_the_lock(
    site: Instance, token: str
) -> None:
    site.send(token, **error())
    site.project_events()
    closure = site.clock.forward(hours=1)
    site.clock.forward(hours=1)
    site.send(token, **error())
    with site.write() as db:
        stale = db.get_one(ErrorGroup, group(site).id)
        resolve = update(ErrorGroup).values(status="resolved", resolved_at=closure)
        db.execute(resolve.execution_options(synchronize_session=False))
        assert stale.status == "unresolved"
        ErrorGrouping().apply(db, site.rows(TelemetryBatch), skip=frozenset(), now=site.clock())
    made = group(site)
    assert (made.status, made.regression_count, made.occurrence_count) == ("unresolved", 1, 2)
    assert made.current_regression["reason"] == "after_resolved"


def test_case_20_17_milestones_are_owed_once_each(site: Instance, token: str) -> None:
    for count, owed in ((9, []), (10, ["error_milestone"]), (11, ["error_milestone"])):
        while group_count(site) < count:
            site.send(token, **error())
            site.project_events()
        assert [kind for kind in kinds(site) if kind == "error_milestone"] == owed
    change(site, occurrence_count=1999)
    site.send(token, **error())
    site.project_events()
    milestones = [intent for intent in site.rows(NotificationIntent) if intent.kind == "error_milestone"]
    assert [intent.details["milestone"] for intent in milestones] == [10, 2000]


def group_count(site: Instance) -> int:
    return sum(made.occurrence_count for made in site.rows(ErrorGroup))


def test_many_events_of_one_batch_count_like_many_batches(site: Instance, token: str) -> None:
    for number in range(25):
        site.send(token, **error(f"fp-{number % 3}"))
    outcome = site.project_events()
    assert (outcome.batches, outcome.rows) == (25, 25)
    assert sorted(made.occurrence_count for made in site.rows(ErrorGroup)) == [8, 8, 9]
    assert site.count(ErrorOccurrence) == 25


def test_the_same_error_at_other_lines_and_messages_is_one_group(site: Instance, token: str) -> None:
    for line in (3, 4):
        frames = [{"filename": "/srv/app/shop/orders.py", "lineno": line, "name": "process", "line": "x()"}]
        exception = {"class": "KeyError", "message": f"order {line}", "frames": frames}
        site.send(token, message=f"order {line}", context={"exception": exception})
    site.project_events()
    made = group(site)
    assert (made.occurrence_count, made.grouping_strategy, made.title) == (2, "stack", "order 4")
    assert made.culprit == "shop/orders.py in process"
    assert made.grouping_facts["frames"] == ["shop/orders.py in process"]


def test_a_key_that_leads_to_another_group_is_followed(site: Instance, token: str) -> None:
    site.send(token, **error("a"))
    site.send(token, **error("b"))
    site.project_events()
    first, second = site.rows(ErrorGroup)
    with site.write() as db:
        db.execute(update(ErrorGroupKey).where(ErrorGroupKey.key == "b").values(error_group_id=first.id))
    site.send(token, **error("b"))
    site.project_events()
    assert [made.occurrence_count for made in site.rows(ErrorGroup)] == [2, 1]
    assert second.fingerprint == "b"


def test_projects_do_not_share_groups(site: Instance) -> None:
    for _ in range(2):
        site.send(api_key(site, project(site)), **error())
    site.project_events()
    assert [made.occurrence_count for made in site.rows(ErrorGroup)] == [1, 1]
    assert len({made.project_id for made in site.rows(ErrorGroup)}) == 2


def test_workers_that_run_at_the_same_time_count_every_event_once(site: Instance, token: str) -> None:
    for number in range(40):
        site.send(token, **error(f"fp-{number % 7}"))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            site.project_events()
        except BaseException as problem:
            errors.append(problem)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    site.clock.forward(minutes=30)
    site.project_events()
    assert sum(made.occurrence_count for made in site.rows(ErrorGroup)) == 40
    assert (site.count(ErrorGroup), site.count(ErrorGroupKey)) == (7, 7)


def test_a_row_that_can_never_succeed_is_set_aside_and_its_neighbours_go_on(site: Instance, token: str) -> None:
    answers = [site.send(token, **error(f"fp-{number}")).json for number in range(4)]
    with site.write() as db:
        # One batch of four, one of its rows without the key that an error must have.
        db.execute(update(TelemetryDelivery).values(status="completed"))
        first, last = answers[0]["legacy_id"], answers[3]["legacy_id"]
        batch = site.rows(TelemetryBatch)[0]
        db.execute(update(IngestEvent).values(batch_id=batch.id))
        db.execute(
            update(TelemetryBatch)
            .where(TelemetryBatch.id == batch.id)
            .values(first_record_id=first, last_record_id=last, event_count=4)
        )
        db.execute(update(TelemetryDelivery).where(TelemetryDelivery.batch_id == batch.id).values(status="pending"))
        bad = IngestEvent.id == answers[2]["legacy_id"]
        db.execute(update(IngestEvent).where(bad).values(grouping_key=None))
    for _ in range(3):
        site.project_events()
        site.clock.forward(minutes=1)
    [failure] = site.rows(TelemetryFailure)
    assert (failure.record_id, failure.destination) == (answers[2]["legacy_id"], "projector")
    assert site.count(ErrorGroup) == 3
    assert {delivery.status for delivery in site.rows(TelemetryDelivery)} == {"completed"}


def test_a_run_that_is_out_of_time_says_so_and_leaves_the_rest_due(site: Instance, token: str) -> None:
    site.send(token, **error())
    destination = site.registry.destinations["projector"]
    assert run(site.registry.engine, destination, site.clock, seconds=0).out_of_time
    assert site.count(ErrorGroup) == 0
    finished = run(site.registry.engine, destination, site.clock)
    assert (finished.batches, finished.out_of_time) == (1, False)


def test_facts_of_the_group_say_what_decided(site: Instance, token: str) -> None:
    site.send(token, message="order 17 of 2026 missing")
    site.project_events()
    made = group(site)
    assert made.grouping_strategy == "message"
    assert "17" not in made.grouping_facts["message"]
    assert UUID(str(made.uuid)).version == 7
    assert site.rows(Project)[0].grouping_strategy == "stack"

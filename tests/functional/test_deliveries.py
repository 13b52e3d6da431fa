"""What becomes of deliveries when something is away (ingest chapter §10.1, with the rows per batch of the outbox)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from factories.projects import api_key, project
from logister_core.accounts.models import User
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent
from logister_core.outbox import leases, run
from logister_core.outbox.actors import deliver as deliver_due
from logister_core.outbox.models import TelemetryBatch, TelemetryDelivery, TelemetryFailure
from logister_core.projects.models import Project
from logister_core.tasks.actors import actor_name
from support.instance import Instance


class Elsewhere:
    """A destination outside the database: away for a while, and it refuses the rows in `refused` for ever."""

    name = "elsewhere"
    max_rows = 1000

    def __init__(self, *, away: bool = False, refused: frozenset[str] = frozenset()) -> None:
        self.away = away
        self.refused = refused
        self.asked: list[tuple[int, ...]] = []
        self.written: list[str] = []

    def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
        self.asked.append(tuple(batch.id for batch in batches))
        if self.away:
            raise OSError("connection refused")
        ids = [batch.id for batch in batches]
        rows = session.query(IngestEvent).filter(IngestEvent.batch_id.in_(ids), IngestEvent.id.not_in(skip))
        messages = [row.message for row in rows.order_by(IngestEvent.id)]
        if self.refused & set(messages):
            raise ValueError("400 this row is not for us")
        self.written += messages


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def deliver(site: Instance, destination: Elsewhere) -> run.Outcome:
    return run.run(site.registry.engine, destination, site.clock)


def delivery(site: Instance) -> TelemetryDelivery:
    [found] = [row for row in site.rows(TelemetryDelivery) if row.destination == "elsewhere"]
    return found


def test_case_10_39_a_destination_that_is_away_is_asked_again_later_for_the_same_batch(
    site: Instance, token: str
) -> None:
    destination = Elsewhere(away=True)
    site.registry.destinations["elsewhere"] = destination
    site.send(token, message="kept")
    waits = []
    for attempt in range(1, 13):
        assert deliver(site, destination).retried == 1
        row = delivery(site)
        assert (row.status, row.attempts) == ("retrying", attempt)
        assert "connection refused" in (row.last_error or "")
        waits.append((row.available_at - site.clock()).total_seconds())
        # Not due yet: nobody asks.
        assert deliver(site, destination).batches == 0
        site.clock.now = row.available_at
    # However long it takes; no number of attempts makes an outage final.
    assert waits == [min(2**attempt, 900) for attempt in range(1, 10)] + [900] * 3
    destination.away = False
    assert deliver(site, destination).rows == 1
    assert delivery(site).status == "completed"
    assert destination.written == ["kept"]
    assert len(set(destination.asked)) == 1


def test_case_10_39_a_row_that_is_refused_for_ever_stands_alone(site: Instance, token: str) -> None:
    destination = Elsewhere(refused=frozenset({"bad"}))
    site.registry.destinations["elsewhere"] = destination
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    lines = "\n".join(
        f'{{"event":{{"event_type":"log","message":"{word}","uuid":"{number}1111111-1111-4111-8111-111111111111"}}}}'
        for number, word in enumerate(("good", "bad", "better"))
    )
    site.browser().post("/api/v1/ingest_events/batch", lines.encode(), headers=headers, status=202)
    for _ in range(3):
        deliver(site, destination)
        site.clock.forward(minutes=15)
    assert delivery(site).status == "completed"
    # At least once: finding the bad row sends the others more than once.
    assert set(destination.written) == {"good", "better"}
    [failure] = site.rows(TelemetryFailure)
    assert failure.reason == "ValueError: 400 this row is not for us"
    bad = next(row for row in site.rows(IngestEvent) if row.message == "bad")
    assert (failure.destination, failure.record_id, failure.batch_id) == ("elsewhere", bad.id, bad.batch_id)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_transaction_that_gives_way_to_another_is_tried_again_at_once(site: Instance, token: str) -> None:
    class Met(Elsewhere):
        """Locks what somebody else needs, and then needs what they have locked."""

        def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
            first = not self.asked
            super().apply(session, batches, skip=skip)
            if first:
                session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
                session.execute(select(Project.id).with_for_update())
                theirs.execute(select(User.id).with_for_update())
                other.start()
                session.execute(select(User.id).with_for_update())

    destination = Met()
    site.registry.destinations["elsewhere"] = destination
    site.send(token, message="one")
    with site.registry.engine.connect() as theirs:
        theirs.execute(text("SET LOCAL deadlock_timeout = '1min'"))
        other = threading.Thread(target=lambda: theirs.execute(select(Project.id).with_for_update()))
        outcome = deliver(site, destination)
        other.join()
    assert (outcome.batches, outcome.retried, len(destination.asked)) == (1, 1, 2)
    assert (delivery(site).status, delivery(site).attempts) == ("completed", 2)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_while_a_destination_waits_for_its_server_nobody_waits_with_it(site: Instance, token: str) -> None:
    class Slow(Elsewhere):
        outside = True

        def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
            # Another writer: on SQLite there is only ever one.
            if not self.asked:
                site.send(token, message="meanwhile")
            super().apply(session, batches, skip=skip)

    destination = Slow(refused=frozenset({"bad"}))
    site.registry.destinations["elsewhere"] = destination
    for word in ("one", "bad", "two"):
        site.send(token, message=word)
    for _ in range(3):
        deliver(site, destination)
        site.clock.forward(minutes=15)
    assert {row.status for row in site.rows(TelemetryDelivery) if row.destination == "elsewhere"} == {"completed"}
    assert set(destination.written) == {"one", "two", "meanwhile"}
    assert [row.reason for row in site.rows(TelemetryFailure)] == ["ValueError: 400 this row is not for us"]


def test_case_10_39_the_lease_of_a_worker_that_died_ends(site: Instance, token: str) -> None:
    destination = Elsewhere()
    site.registry.destinations["elsewhere"] = destination
    site.send(token)
    taken = leases.take(site.registry.engine, "elsewhere", now=site.clock(), max_rows=100)
    assert taken is not None
    assert deliver(site, destination).batches == 0
    site.clock.forward(seconds=timedelta(minutes=2).total_seconds())
    assert deliver(site, destination).batches == 1
    # Should the first worker live after all, what it did must not count.
    with pytest.raises(leases.LeaseLost), site.write() as db:
        leases.finish(db, taken, now=site.clock())


def test_case_10_39_a_wake_that_is_lost_is_made_good_by_the_minute(make_site: Any) -> None:
    site = make_site(REDIS_URL="redis://127.0.0.1:1")
    token = api_key(site, project(site))
    assert site.send(token).status_int == 201
    site.registry.hints.start()
    site.registry.hints.stop()
    assert site.count(ErrorGroup) == 0
    # What every minute runs.
    site.registry.actors[actor_name(deliver_due)].fn()
    assert site.count(ErrorGroup) == 1


def test_only_destinations_that_existed_then_are_owed(site: Instance, token: str) -> None:
    site.send(token)
    site.registry.destinations["elsewhere"] = Elsewhere()
    site.send(token)
    owed = [(row.batch_id, row.destination) for row in site.rows(TelemetryDelivery)]
    first, second = (row.id for row in site.rows(TelemetryBatch))
    assert sorted(owed) == sorted([(first, "projector"), (second, "elsewhere"), (second, "projector")])


def test_case_10_37_a_fingerprint_beats_the_message_and_a_later_event_reopens(site: Instance, token: str) -> None:
    for message in ("one", "two"):
        site.send(token, message=message, fingerprint="same")
    site.send(token, message="three\nsecond line")
    site.project_events()
    assert sorted(row.occurrence_count for row in site.rows(ErrorGroup)) == [1, 2]
    with site.write() as db:
        db.execute(update(ErrorGroup).values(status="resolved", resolved_at=site.clock()))
    before, after = site.clock() - timedelta(minutes=5), site.clock() + timedelta(minutes=5)
    site.send(token, message="one", fingerprint="same", occurred_at=before.isoformat())
    site.project_events()
    assert {row.status for row in site.rows(ErrorGroup)} == {"resolved"}
    site.send(token, message="one", fingerprint="same", occurred_at=after.isoformat())
    site.project_events()
    [reopened] = [row for row in site.rows(ErrorGroup) if row.status == "unresolved"]
    assert (reopened.occurrence_count, reopened.regression_count) == (4, 1)

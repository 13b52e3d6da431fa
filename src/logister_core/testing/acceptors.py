"""What every acceptor does, however it groups its transactions."""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from logister_core.ingest.ids import TelemetryIDs
from logister_core.ingest.models import IngestEvent, TelemetryIdentity, TraceSpan
from logister_core.ingest.submission import Accepted, IdentityTaken, Submission
from logister_core.ingest.writer import Writer
from logister_core.outbox.models import DeliveryStatus
from logister_core.testing.telemetry import Telemetry

Submit = Callable[[Submission], list[Accepted]]

DESTINATIONS = ("elsewhere", "projector")
THREADS = 8


class AcceptorContract:
    """Provide the fixture `submit`, made from `telemetry`, `writer`, `ids` and `hint`.

    `submit(submission)` returns, or raises, when the acceptor's transaction has ended. Override `database_url` to
    run on another database than a SQLite file.
    """

    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'contract.db'}"

    @pytest.fixture
    def telemetry(self, database_url: str) -> Iterator[Telemetry]:
        telemetry = Telemetry.on(database_url)
        yield telemetry
        telemetry.engine.dispose()

    @pytest.fixture
    def writer(self, telemetry: Telemetry) -> Writer:
        return telemetry.writer(DESTINATIONS)

    @pytest.fixture
    def ids(self, telemetry: Telemetry) -> TelemetryIDs:
        return TelemetryIDs(telemetry.engine)

    @pytest.fixture
    def hints(self) -> list[None]:
        """One entry for every hint that the acceptor gave."""
        return []

    @pytest.fixture
    def hint(self, hints: list[None]) -> Callable[[], None]:
        return lambda: hints.append(None)

    @pytest.fixture
    def submit(self) -> Submit:
        raise NotImplementedError("provide `submit`, see AcceptorContract")

    def test_new_rows_are_committed_and_owe_every_destination_a_delivery(
        self, submit: Submit, telemetry: Telemetry, hints: list[None]
    ) -> None:
        uuid = uuid4()
        event, span = submit(telemetry.submission(telemetry.event("one", uuid=uuid), telemetry.span()))
        assert (event.uuid, event.is_span, event.duplicate) == (uuid, False, False)
        assert (span.is_span, span.duplicate) == (True, False)
        [stored] = telemetry.rows(IngestEvent)
        assert (stored.id, stored.uuid, stored.message) == (event.id, uuid, "one")
        assert [row.uuid for row in telemetry.rows(TraceSpan)] == [span.uuid]
        [batch] = telemetry.batches()
        assert batch.id == stored.batch_id
        assert (batch.event_count, batch.span_count) == (1, 1)
        assert batch.first_record_id <= min(event.id, span.id) < max(event.id, span.id) <= batch.last_record_id
        owed = [(delivery.batch_id, delivery.destination, delivery.status) for delivery in telemetry.deliveries()]
        assert sorted(owed) == [(batch.id, name, DeliveryStatus.PENDING.value) for name in DESTINATIONS]
        assert hints

    def test_results_and_ids_follow_the_order_of_the_rows(self, submit: Submit, telemetry: Telemetry) -> None:
        uuids = [uuid4() for _ in range(5)]
        accepted = submit(telemetry.submission(*(telemetry.event(f"{uuid}", uuid=uuid) for uuid in uuids)))
        assert [result.uuid for result in accepted] == uuids
        stored = telemetry.rows(IngestEvent)
        assert [row.uuid for row in stored] == uuids
        assert [row.id for row in stored] == [result.id for result in accepted]

    def test_a_repeat_is_a_duplicate_and_changes_nothing(self, submit: Submit, telemetry: Telemetry) -> None:
        uuid = uuid4()
        [first] = submit(telemetry.submission(telemetry.event("first", uuid=uuid)))
        [again] = submit(telemetry.submission(telemetry.event("again", uuid=uuid)))
        assert (again.uuid, again.id, again.duplicate) == (first.uuid, first.id, True)
        assert [row.message for row in telemetry.rows(IngestEvent)] == ["first"]
        assert len(telemetry.batches()) == 1
        assert len(telemetry.deliveries()) == len(DESTINATIONS)

    def test_a_repeat_within_a_submission_is_a_duplicate(self, submit: Submit, telemetry: Telemetry) -> None:
        uuid = uuid4()
        first, again = submit(
            telemetry.submission(telemetry.event("first", uuid=uuid), telemetry.event("again", uuid=uuid))
        )
        assert (first.duplicate, again.duplicate) == (False, True)
        assert again.id == first.id
        assert [row.message for row in telemetry.rows(IngestEvent)] == ["first"]

    def test_the_same_uuid_in_another_project_is_another_row(self, submit: Submit, telemetry: Telemetry) -> None:
        uuid, other = uuid4(), telemetry.make_project()
        submit(telemetry.submission(telemetry.event(uuid=uuid)))
        [accepted] = submit(telemetry.submission(telemetry.event(uuid=uuid), credential=other))
        assert not accepted.duplicate
        assert len(telemetry.rows(IngestEvent)) == 2

    def test_a_span_without_uuid_is_known_by_its_trace_and_span_id(self, submit: Submit, telemetry: Telemetry) -> None:
        span = telemetry.span()
        context = dict(span["context"])
        [first] = submit(telemetry.submission(span))
        [again] = submit(telemetry.submission(span | {"context": context}))
        assert (again.id, again.duplicate) == (first.id, True)
        assert len(telemetry.rows(TraceSpan)) == 1

    def test_an_identity_of_another_kind_is_taken_and_the_whole_submission_refused(
        self, submit: Submit, telemetry: Telemetry, hints: list[None]
    ) -> None:
        taken, fresh = uuid4(), uuid4()
        submit(telemetry.submission(telemetry.event("kept", uuid=taken)))
        hints.clear()
        before = _stored(telemetry)
        with pytest.raises(IdentityTaken):
            submit(telemetry.submission(telemetry.event("lost", uuid=fresh), telemetry.span(uuid=taken)))
        assert _stored(telemetry) == before
        assert not hints
        # Nothing of it is remembered: the good row can be sent again.
        [accepted] = submit(telemetry.submission(telemetry.event("sent again", uuid=fresh)))
        assert not accepted.duplicate

    def test_submissions_that_meet_each_get_their_own_answer(self, submit: Submit, telemetry: Telemetry) -> None:
        """One UUID everybody wants, one that is taken by an event and wanted for spans, and one for each alone."""
        shared, taken = uuid4(), uuid4()
        submit(telemetry.submission(telemetry.event("kept", uuid=taken)))
        own = [uuid4() for _ in range(THREADS)]
        answers: dict[int, list[Accepted] | Exception] = {}
        start = threading.Barrier(THREADS)

        def send(number: int) -> None:
            events = [telemetry.event(f"own {number}", uuid=own[number]), telemetry.event("shared", uuid=shared)]
            if number == 0:
                events = [telemetry.span(uuid=taken)]
            submission = telemetry.submission(*events)
            start.wait(10)
            try:
                answers[number] = submit(submission)
            except Exception as error:
                answers[number] = error

        threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert isinstance(answers.pop(0), IdentityTaken)
        results: list[list[Accepted]] = []
        for number, answer in sorted(answers.items()):
            assert isinstance(answer, list), answer
            assert (answer[0].uuid, answer[0].duplicate) == (own[number], False)
            results.append(answer)
        assert [answer[1].duplicate for answer in results].count(False) == 1
        assert len({answer[1].id for answer in results}) == 1
        stored = telemetry.rows(IngestEvent)
        assert {row.uuid for row in stored} == {taken, shared, *own[1:]}
        assert len(stored) == THREADS + 1
        assert telemetry.rows(TraceSpan) == []


def _stored(telemetry: Telemetry) -> tuple[list[UUID], int, int, int]:
    return (
        [row.uuid for model in (IngestEvent, TraceSpan) for row in telemetry.rows(model)],
        len(telemetry.rows(TelemetryIdentity)),
        len(telemetry.batches()),
        len(telemetry.deliveries()),
    )

"""What every delivery destination does with the batches it is given."""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from logister_core.db.sessions import write_transaction
from logister_core.outbox.destinations import Destination
from logister_core.outbox.models import DeliveryStatus, TelemetryFailure
from logister_core.outbox.run import ATTEMPTS_BEFORE_BLAMING_ROWS, Outcome, run
from logister_core.testing.telemetry import Telemetry


class _Killed(Exception):
    """Ends a transaction as a killed worker would."""


class DestinationContract:
    """Provide the fixtures `destination`, `received` and `outage`.

    - `destination`: a `Destination` that has received nothing yet; it may use `telemetry.clock`.
    - `received()`: how many error events have arrived there, each counted once.
    - `outage()`: a context manager in which the destination cannot be reached. `apply` must then raise an OSError, or
      what SQLAlchemy raises for a database that is away: anything else is taken for the fault of the rows.

    Override `database_url` to run on another database than a SQLite file.
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
    def destination(self) -> Destination:
        raise NotImplementedError("provide `destination`, see DestinationContract")

    @pytest.fixture
    def received(self) -> Callable[[], int]:
        raise NotImplementedError("provide `received`, see DestinationContract")

    @pytest.fixture
    def outage(self) -> Callable[[], AbstractContextManager[None]]:
        raise NotImplementedError("provide `outage`, see DestinationContract")

    def test_it_has_a_name_and_a_bound(self, destination: Destination) -> None:
        assert destination.name == destination.name.strip() != ""
        assert destination.max_rows > 0

    def test_a_batch_arrives_and_is_finished(
        self, destination: Destination, telemetry: Telemetry, received: Callable[[], int]
    ) -> None:
        telemetry.accept(destination.name, telemetry.event("one"), telemetry.event("two"))
        outcome = _deliver(telemetry, destination)
        assert (outcome.batches, outcome.rows, outcome.retried, outcome.failed_rows) == (1, 2, 0, 0)
        assert received() == 2
        assert _statuses(telemetry) == [DeliveryStatus.COMPLETED.value]

    def test_several_batches_are_joined(
        self, destination: Destination, telemetry: Telemetry, received: Callable[[], int]
    ) -> None:
        for number in range(3):
            telemetry.accept(destination.name, telemetry.event(f"number {number}"), telemetry.event("the same"))
        telemetry.accept(destination.name, telemetry.event(), telemetry.span())
        assert _deliver(telemetry, destination).batches == 4
        assert received() == 7

    def test_a_batch_without_error_events_is_finished_too(
        self, destination: Destination, telemetry: Telemetry, received: Callable[[], int]
    ) -> None:
        telemetry.accept(destination.name, telemetry.span())
        assert _deliver(telemetry, destination).batches == 1
        assert received() == 0

    def test_twice_equals_once(
        self, destination: Destination, telemetry: Telemetry, received: Callable[[], int]
    ) -> None:
        """A worker is killed when its work is done and not yet committed; another one does it again."""
        telemetry.accept(destination.name, telemetry.event("one"), telemetry.event("two"))
        with suppress(_Killed), write_transaction(telemetry.engine) as db:
            destination.apply(db, telemetry.batches(), skip=frozenset())
            db.flush()
            raise _Killed
        assert _deliver(telemetry, destination).batches == 1
        assert received() == 2

    def test_rows_to_skip_are_left_out(
        self, destination: Destination, telemetry: Telemetry, received: Callable[[], int]
    ) -> None:
        _, bad, _ = telemetry.accept(destination.name, *(telemetry.event(word) for word in ("one", "two", "three")))
        with write_transaction(telemetry.engine) as db:
            destination.apply(db, telemetry.batches(), skip=frozenset([bad.id]))
        assert received() == 2

    def test_an_outage_leaves_the_delivery_due_and_loses_nothing(
        self,
        destination: Destination,
        telemetry: Telemetry,
        received: Callable[[], int],
        outage: Callable[[], AbstractContextManager[None]],
    ) -> None:
        telemetry.accept(destination.name, telemetry.event("one"), telemetry.event("two"))
        with outage():
            for _ in range(ATTEMPTS_BEFORE_BLAMING_ROWS + 2):
                telemetry.make_due()
                outcome = _deliver(telemetry, destination)
                assert (outcome.retried, outcome.failed_rows) == (1, 0)
        [delivery] = telemetry.deliveries()
        assert delivery.status == DeliveryStatus.RETRYING.value
        assert delivery.last_error
        assert delivery.available_at > telemetry.now
        telemetry.make_due()
        assert _deliver(telemetry, destination).batches == 1
        assert received() == 2
        assert _statuses(telemetry) == [DeliveryStatus.COMPLETED.value]
        assert telemetry.rows(TelemetryFailure) == []


def _deliver(telemetry: Telemetry, destination: Destination) -> Outcome:
    """What a worker does."""
    return run(telemetry.engine, destination, telemetry.clock)


def _statuses(telemetry: Telemetry) -> list[str]:
    return [delivery.status for delivery in telemetry.deliveries()]

"""Both acceptors keep the same promises, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import transaction

from logister_core.db.sessions import managed_session
from logister_core.ingest.acceptor import GroupAcceptor, RequestAcceptor
from logister_core.testing import AcceptorContract


class OnBothDatabases(AcceptorContract):
    @pytest.fixture
    def database_url(self, databases, database_kind: str, tmp_path: Path) -> str:
        return databases.fresh(database_kind, tmp_path)


class TestGroupAcceptor(OnBothDatabases):
    @pytest.fixture
    def submit(self, telemetry, writer, ids, hint):
        return GroupAcceptor(engine=telemetry.engine, writer=writer, ids=ids, hint=hint, clock=telemetry.clock).accept


class TestRequestAcceptor(OnBothDatabases):
    @pytest.fixture
    def submit(self, telemetry, writer, ids, hint):
        def submit(submission):
            # pyramid_tm begins, and commits when the view has returned.
            manager = transaction.TransactionManager(explicit=True)
            with manager:
                return RequestAcceptor(
                    writer=writer,
                    ids=ids,
                    session=lambda: managed_session(telemetry.engine, manager),
                    manager=manager,
                    hint=hint,
                    clock=telemetry.clock,
                ).accept(submission)

        return submit

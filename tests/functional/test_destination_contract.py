"""The core's own destination keeps the promises that it asks of plugins, on both databases."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.projection import ErrorGrouping
from logister_core.outbox.projector import Projector
from logister_core.testing import DestinationContract


class TestProjector(DestinationContract):
    @pytest.fixture
    def database_url(self, databases, database_kind: str, tmp_path: Path) -> str:
        return databases.fresh(database_kind, tmp_path)

    @pytest.fixture
    def destination(self, telemetry):
        projector = Projector(telemetry.clock)
        projector.add(ErrorGrouping())
        projector.add(self.fuse)
        return projector

    @pytest.fixture
    def received(self, telemetry):
        return lambda: sum(group.occurrence_count for group in telemetry.rows(ErrorGroup))

    @pytest.fixture
    def outage(self):
        @contextmanager
        def outage():
            self.fuse.blown = True
            yield
            self.fuse.blown = False

        return outage

    @pytest.fixture(autouse=True)
    def fuse_box(self):
        self.fuse = Fuse()


class Fuse:
    """Fails after others have done their work, which must then be undone."""

    blown = False

    def apply(self, session, batches, *, skip, now):
        if self.blown:
            raise OperationalError("SELECT 1", {}, Exception("the database is away"))

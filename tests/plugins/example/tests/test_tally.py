"""The plugin keeps the contracts of the server, and counts right."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import logister_tally
import pytest
from logister_tally.actors import forget_old_batches
from logister_tally.destination import TallyFile
from logister_tally.ledger import Count, Ledger, ledger_of
from logister_tally.projection import RELEASES, ErrorsPerRelease
from sqlalchemy import select

from logister_core.administration.installation.sections import Examination
from logister_core.administration.installation.values import settings_of
from logister_core.outbox.projector import Projector
from logister_core.tasks import Task
from logister_core.testing import DestinationContract, PluginContract


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin(self):
        return logister_tally

    def test_old_batches_are_forgotten(self, registry):
        ledger, today = ledger_of(registry.logister_settings), registry.clock().date()
        ledger.record([Count(1, 1, today - timedelta(days=91), 5), Count(2, 1, today - timedelta(days=90), 7)])
        for _ in range(2):
            forget_old_batches(Task(registry))
            assert ledger.totals() == {1: 7}

    def test_administrators_find_its_page(self, registry):
        section = registry.installation_sections.named("tally")
        [setting] = settings_of(section, registry.logister_settings)
        assert (setting.key, setting.variable.name) == ("tally.keep_days", "TALLY_KEEP_DAYS")
        found = registry.installation_sections.examine(
            section, Examination(registry, registry.logister_settings, True, {})
        )
        assert found.passed
        assert found.summary == "The file can be used; it has 0 batches."


class TestTallyFile(DestinationContract):
    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "tally.db"

    @pytest.fixture
    def destination(self, file):
        return TallyFile(Ledger(file))

    @pytest.fixture
    def received(self, file):
        return lambda: sum(Ledger(file).totals().values())

    @pytest.fixture
    def outage(self, file):
        @contextmanager
        def outage():
            file.mkdir()
            yield
            file.rmdir()

        return outage


class TestErrorsPerRelease(DestinationContract):
    """A projection is delivered to by the core's projector."""

    @pytest.fixture
    def destination(self, telemetry):
        projector = Projector(telemetry.clock)
        projector.add(ErrorsPerRelease())
        projector.add(self)
        return projector

    away = False

    def apply(self, session, batches, *, skip, now):
        """A neighbour that fails takes our work back with its own."""
        if self.away:
            raise ConnectionError("away")

    @pytest.fixture
    def received(self, telemetry):
        def received():
            with telemetry.engine.connect() as connection:
                return sum(connection.scalars(select(RELEASES.c.errors)))

        return received

    @pytest.fixture
    def outage(self):
        @contextmanager
        def outage():
            self.away = True
            yield
            self.away = False

        return outage

"""Contract kits: what every plugin, delivery destination, acceptor and store of counters must do, as tests to inherit.

    class TestTally(DestinationContract):
        @pytest.fixture
        def destination(self): ...

Each kit names the fixtures that the inheriting class provides. They need pytest, which the product itself does not.
"""

from __future__ import annotations

from logister_core.testing.acceptors import AcceptorContract
from logister_core.testing.destinations import DestinationContract
from logister_core.testing.plugins import PluginContract
from logister_core.testing.rate_limits import CountersContract
from logister_core.testing.telemetry import Telemetry

__all__ = ["AcceptorContract", "CountersContract", "DestinationContract", "PluginContract", "Telemetry"]

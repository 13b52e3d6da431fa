"""Applications of finished tests, handed on to the next ones: making one takes longer than most tests.

Only those with default settings are, and only after everything that a test may have left in the database, in its
folder or in memory is as it was at the beginning.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid_services import find_service_factory

from logister_core.ingest import make_intake
from logister_core.ingest.acceptor import Acceptor
from logister_core.rate_limits import make_limiter

from .instance import START, Databases, Instance, instance

_CATALOGUES = ("actors", "recurring_jobs", "destinations", "health_checks")


class Applications:
    """`lend` an instance to one test at a time."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._stack = ExitStack()
        self._count = 0
        self._free: dict[str, list[_Application]] = defaultdict(list)

    @contextmanager
    def lend(self, kind: str) -> Iterator[Instance]:
        lent = self._renewed(kind) or self._make(kind)
        site = lent.site
        try:
            yield Instance(site.registry, site.router, site.clock, site.home)
        finally:
            site.registry.engine.dispose()
            self._free[kind].append(lent)

    def close(self) -> None:
        self._stack.close()

    def _renewed(self, kind: str) -> _Application | None:
        while self._free[kind]:
            application = self._free[kind].pop()
            if application.renew(self._databases):
                return application
        return None

    def _make(self, kind: str) -> _Application:
        self._count += 1
        home = self._folder / f"{kind}{self._count}"
        home.mkdir()
        return _Application(self._stack.enter_context(instance(self._databases.fresh(kind, home), home)))


class _Application:
    def __init__(self, site: Instance) -> None:
        registry = site.registry
        self.site = site
        self._settings = registry.logister_settings
        self._files = {path.name: path.read_bytes() for path in site.home.iterdir() if path.name == "secret"}
        self._catalogues = {name: dict(getattr(registry, name)) for name in _CATALOGUES}
        self._projections = list(registry.destinations["projector"]._projections)
        acceptor: Any = find_service_factory(Configurator(registry=registry), Acceptor)(None, None)
        self._ids = acceptor._ids

    def renew(self, databases: Databases) -> bool:
        """Forget everything; False when that cannot be done."""
        registry, home = self.site.registry, self.site.home
        shutil.rmtree(home)
        home.mkdir()
        for name, content in self._files.items():
            (home / name).write_bytes(content)
        if not databases.empty(registry.logister_settings.database.url, home):
            return False
        self.site.clock.now = START
        registry.logister_settings = self._settings
        registry.live_settings.forget()
        registry.onboarding.forget()
        for name, content in self._catalogues.items():
            catalogue = getattr(registry, name)
            catalogue.clear()
            catalogue.update(content)
        registry.destinations["projector"]._projections[:] = self._projections
        registry.broker.flush_all()
        registry.hints._wanted.clear()
        registry.rate_limiter = make_limiter(registry)
        registry.intake = make_intake(registry)
        # Blocks of ids were taken from the database of before.
        self._ids._next = self._ids._end = 0
        return True

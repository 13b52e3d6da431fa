"""The web servers and workers of a run: production's, on the benchmark's databases."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from logister_core.bench.database import Target
from logister_core.bench.plan import SQLITE, Setup, Twin
from logister_core.bench.processes import Child, await_port, free_port, running
from logister_core.settings import Settings, variables

# Limits are looked at as always, and are never reached: everything comes from one key and one address.
_LIMITS = {
    "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS": "10000000",
    "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS": "10000000",
}


@dataclass(frozen=True)
class Server:
    twin: Twin
    setup: Setup
    port: int
    child: Child
    target: Target


@dataclass(frozen=True)
class Serving:
    settings: Settings
    postgresql: Target
    sqlite: Target
    folder: Path

    @contextmanager
    def server(self, twin: Twin, setup: Setup) -> Iterator[Server]:
        port = free_port()
        target = self.sqlite if twin is SQLITE else self.postgresql
        environ = self._environ(target) | twin.environ
        environ |= {
            "PORT": str(port),
            "WAITRESS_THREADS": str(setup.threads),
            "WEB_CONCURRENCY": str(setup.processes),
        }
        with running("web", setup.server, *twin.arguments, environ=environ, folder=self.folder) as child:
            await_port(child, port)
            yield Server(twin, setup, port, child, target)

    @contextmanager
    def worker(self) -> Iterator[Child]:
        """One that is ready for its first message."""
        with running("worker", environ=self._environ(self.postgresql), folder=self.folder) as child:
            if child.output.readline() != b"ready\n":
                raise click.ClickException(f"the worker did not start: {child.last_words()}")
            yield child

    def _environ(self, target: Target) -> dict[str, str]:
        """The environment of a production server with this database and queue, and nothing else of ours."""
        environ = dict(os.environ)
        for variable in variables():
            for name in (variable.name, *variable.aliases):
                environ.pop(name, None)
        return (
            environ
            | _LIMITS
            | {
                "DATABASE_URL": target.engine.url.render_as_string(hide_password=False),
                "REDIS_URL": self.settings.tasks.queue_url or "",
                "LOGISTER_ENV": "production",
                "LOGISTER_SECRET_KEY": secrets.token_hex(32),
                "LOGISTER_PUBLIC_URL": "https://bench.invalid",
                "LOGISTER_HOME": str(self.folder / "home"),
            }
        )

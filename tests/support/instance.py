"""A whole instance for one test: migrated database, application without threads, a clock that the test moves."""

from __future__ import annotations

import functools
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import webtest
from sqlalchemy import select, text

from logister_core import plugins
from logister_core.accounts.models import User
from logister_core.app import configure
from logister_core.db.engine import make_engine
from logister_core.db.migrate import upgrade
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.ingest.body import unpack_body
from logister_core.outbox import run
from logister_core.settings import with_secret_key

from .postgres import PostgresServer
from .recycling import Recycling

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
# Reading pages with the parser of the standard library took a sixth of the functional tests' time.
_PARSER = "lxml"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@dataclass
class Instance:
    """`browser()` and `client()` talk HTTP to it; `write()` and `read()` reach into its database."""

    registry: Any
    router: Any
    clock: Clock
    home: Path
    _app: webtest.TestApp = field(init=False)

    def __post_init__(self) -> None:
        self._app = webtest.TestApp(self.router, parser_features=_PARSER)

    @property
    def settings(self) -> Any:
        return self.registry.logister_settings

    def write(self) -> Any:
        return write_transaction(self.registry.engine)

    def read(self) -> Any:
        return read_transaction(self.registry.engine)

    def rows(self, model: Any) -> list[Any]:
        """Every row of a table, by primary key."""
        with self.read() as db:
            return list(db.scalars(select(model).order_by(*model.__table__.primary_key.columns)))

    def body(self, row: Any) -> dict[str, Any]:
        """What is kept of an event or span besides its columns."""
        with self.read() as db:
            return unpack_body(row.body, db)

    def context(self, row: Any) -> dict[str, Any]:
        context: dict[str, Any] = self.body(row)["context"]
        return context

    def count(self, model: Any) -> int:
        return len(self.rows(model))

    def browser(self) -> webtest.TestApp:
        """A browser of its own: no cookies shared with others."""
        return webtest.TestApp(self.router, parser_features=_PARSER)

    def post(self, path: str, document: Any, token: str | None = None, **options: Any) -> webtest.TestResponse:
        """Send telemetry as JSON with `token`; any status is returned, none raised."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self._app.post_json(path, document, headers=headers | options.pop("headers", {}), status="*", **options)

    def send(self, token: str, **event: Any) -> webtest.TestResponse:
        """Send one event; unless told otherwise an error of this moment."""
        event = {"event_type": "error", "occurred_at": self.clock().isoformat(), "message": "boom"} | event
        return self.post("/api/v1/ingest_events", {"event": event}, token)

    def project_events(self) -> run.Outcome:
        """Do what the worker does: deliver everything that is due."""
        return run.run(self.registry.engine, self.registry.destinations["projector"], self.clock)

    def user(self, email: str | None = None, **values: Any) -> User:
        """A person in the database, without a usable password unless a hash is given."""
        defaults = {
            "email": email or f"{secrets.token_hex(4)}@example.com",
            "name": "Ana",
            "password_hash": "-",
            "confirmed_at": self.clock(),
            "created_at": self.clock(),
            "updated_at": self.clock(),
        }
        with self.write() as db:
            user = User(**defaults | values)
            db.add(user)
        return user


class Databases:
    """Fresh migrated databases; migrating happens once, copies are cheap."""

    def __init__(self, folder: Path, postgres: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._postgres = postgres
        self._clean: list[str] = []

    def fresh(self, kind: str, home: Path) -> str:
        if kind == "postgresql":
            return self._clean.pop() if self._clean else self._postgres()(template=self._postgres_template)
        shutil.copyfile(self._sqlite_template, home / "logister.db")
        return f"sqlite:///{home / 'logister.db'}"

    def empty(self, url: str, home: Path) -> bool:
        """Bring a database that nobody is connected to back to its beginning; False when that cannot be done."""
        if url.startswith("postgresql"):
            return self._recycling.clean(url)
        return self.fresh("sqlite", home) == url

    def release(self, url: str) -> None:
        """Nobody uses this database any more."""
        if url.startswith("postgresql") and self._recycling.clean(url):
            self._clean.append(url)

    def close(self) -> None:
        if "_recycling" in vars(self):
            self._recycling.close()

    @functools.cached_property
    def _recycling(self) -> Recycling:
        return Recycling(self._postgres_template)

    @functools.cached_property
    def _sqlite_template(self) -> Path:
        path = self._folder / "template.db"
        migrate(f"sqlite:///{path}")
        return path

    @functools.cached_property
    def _postgres_template(self) -> str:
        url = self._postgres()()
        migrate(url)
        return url


def migrate(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


@contextmanager
def instance(url: str, home: Path, environ: dict[str, str] | None = None) -> Iterator[Instance]:
    """The application of `environ` on a migrated database; no background thread runs."""
    clock = Clock()
    variables = {"DATABASE_URL": url, "LOGISTER_HOME": str(home), "LOGISTER_ENV": "test"} | (environ or {})
    settings, active = plugins.load({}, variables)
    router = configure(with_secret_key(settings), active, clock).make_wsgi_app()
    try:
        yield Instance(router.registry, router, clock, home)
    finally:
        router.registry.engine.dispose()


@contextmanager
def temporary_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="logister-") as folder:
        yield Path(folder)

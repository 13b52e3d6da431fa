"""What every command gets: the configured installation, and how to answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from logister_core.cli.configuration import find_ini_file, ini_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from logister_core.settings import Settings


class Instance:
    """The installation of an ini file (None: the embedded default) and the environment."""

    def __init__(self, ini_file: Path | None, *, as_json: bool = False) -> None:
        self.ini_file = ini_file
        self.as_json = as_json

    @cached_property
    def settings(self) -> Settings:
        """Checked, plugins included, with the root secret. Raises `SettingsError`."""
        from logister_core import plugins
        from logister_core.settings import with_secret_key

        settings, _ = plugins.load(ini_settings(self.ini_file), os.environ, whole=False)
        return with_secret_key(settings)

    @cached_property
    def effective_settings(self) -> Settings:
        """The same, and beneath them what administrators saved, if the database can tell."""
        from logister_core.db import metadata  # noqa: F401
        from logister_core.installation.saved_values import read_at_start

        return self.settings.with_saved(read_at_start(self.settings))

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The main database; an embedded one is brought up to date first, as the server does."""
        # Relationships between models name their targets, so all of them must be known.
        from logister_core.db import metadata  # noqa: F401
        from logister_core.db.engine import make_engine

        engine = make_engine(self.settings.database.url)
        try:
            if self.settings.database.sqlite:
                from logister_core.db.migrate import upgrade

                upgrade(engine)
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session of the main database, committed at the end."""
        from logister_core.db.sessions import write_transaction

        with self.engine() as engine, write_transaction(engine) as session:
            yield session

    def answer(self, values: Mapping[str, Any], *lines: str) -> None:
        """Print `values` as JSON when asked to; else `lines`, or without any `name: value` of each value."""
        if self.as_json:
            click.echo(json.dumps(values))
            return
        for line in lines or [f"{name}: {value}" for name, value in values.items()]:
            click.echo(line)


def instance_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `-c FILE` and `--json`; the function gets an `Instance` first."""

    @click.option(
        "-c", "--config", "file", metavar="FILE.ini", help="Configuration; else ./development.ini if there is one."
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    @wraps(function)
    def run(file: str | None, as_json: bool, **options: Any) -> None:
        function(Instance(find_ini_file(file), as_json=as_json), **options)

    return run

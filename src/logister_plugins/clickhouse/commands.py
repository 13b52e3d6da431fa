"""`logister clickhouse`. Everything heavy is imported when the command runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from logister_plugins.clickhouse.server import Server


@click.group()
def clickhouse() -> None:
    """Look after the copy of telemetry in ClickHouse."""


@clickhouse.group()
def schema() -> None:
    """Its tables and views."""


@schema.command()
@instance_options
def status(instance: Instance) -> None:
    """Print whether the schema is that of this release; status 1 when it is not."""
    from logister_plugins.clickhouse.schema_status import schema_status

    with _server(instance) as server:
        found = schema_status(server)
    _print(found.as_json())
    if found.settings.enabled and not found.ready:
        click.get_current_context().exit(1)


def _load(instance: Instance) -> None:
    """Make the tables and views that are missing, and repair those that are not as they should be. Safe to repeat."""
    from logister_plugins.clickhouse import Settings
    from logister_plugins.clickhouse.upkeep import mend

    _print(mend(instance.effective_settings.section(Settings)).as_json())


def _named(name: str) -> Callable[[Callable[..., None]], click.Command]:
    return schema.command(name, help=_load.__doc__)


load = _named("load")(instance_options(_load))
repair = _named("repair")(instance_options(_load))


@contextmanager
def _server(instance: Instance) -> Iterator[Server]:
    from logister_plugins.clickhouse import Settings
    from logister_plugins.clickhouse.server import Servers, require_library

    settings = instance.effective_settings.section(Settings)
    if settings.enabled:
        try:
            require_library()
        except ImportError as error:
            raise click.ClickException(str(error)) from error
    server = Servers().candidate(settings)
    try:
        yield server
    finally:
        server.close()


def _print(values: dict[str, Any]) -> None:
    click.echo(json.dumps(values, indent=2))

"""`logister bench`."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click
import plaster

from logister_core.app import utc_now
from logister_core.bench import report
from logister_core.bench.database import target
from logister_core.bench.measure import Measurement, Plan
from logister_core.bench.payload import SIZES
from logister_core.db.engine import make_engine
from logister_core.settings import Settings, SettingsError, load_settings


@click.command()
@click.option("-c", "--config", type=click.Path(exists=True, dir_okay=False), help="ini file; default: none")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=9.0, show_default=True, help="for each figure")
@click.option("--payload-kb", type=click.Choice(SIZES), default=SIZES[0], show_default=True, help="size of an event")
@click.option("--threads", default="4,16,32,64", show_default=True, help="numbers of waitress threads to try")
@click.option("--connections", default="1,16,64", show_default=True, help="numbers of connections to measure")
@click.option("--quick", is_flag=True, help="short slices: figures are rough")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of a table")
def bench(  # noqa: PLR0917 - click hands over what the options are
    config: str | None, seconds: float, payload_kb: str, threads: str, connections: str, quick: bool, as_json: bool
) -> None:
    """Measure intake and grouping, next to twins that do less.

    Needs PostgreSQL (DATABASE_URL, a database of its own that is emptied) and Redis (REDIS_URL). Progress goes to
    standard error, the result to standard output.
    """
    settings = _settings(config)
    plan = Plan(
        seconds=min(seconds, 2.0) if quick else seconds,
        probe_seconds=min(seconds, 1.0 if quick else 2.0),
        warm_up=min(seconds, 0.5),
        connections=_numbers("--connections", connections),
        threads=_numbers("--threads", threads),
        size=payload_kb,
    )
    engine = make_engine(settings.database.url)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="logister-bench-") as folder,
            target(engine, settings, utc_now) as place,
        ):
            results = Measurement(plan, settings, place, Path(folder), _say).run()
            database = place.describe()
    finally:
        engine.dispose()
    click.echo(
        json.dumps(report.as_json(results, plan, database), indent=2)
        if as_json
        else report.as_table(results, plan, database)
    )


def _settings(config: str | None) -> Settings:
    try:
        settings = load_settings(plaster.get_settings(config, "app:main") if config else {}, os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    if settings.database.sqlite:
        raise click.ClickException("the benchmark needs PostgreSQL: set DATABASE_URL to an empty database")
    if settings.tasks.queue_url is None:
        raise click.ClickException("the benchmark needs Redis: set REDIS_URL")
    return settings


def _numbers(option: str, text: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < 1:
        raise click.ClickException(f"{option} is {text!r}; expected numbers with commas between")
    return found


def _say(words: str) -> None:
    click.echo(words, err=True)

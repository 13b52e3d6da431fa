"""`logister bench`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from logister_core.app import utc_now
from logister_core.bench import report
from logister_core.bench.database import target
from logister_core.bench.measure import Measurement, Plan
from logister_core.bench.payload import SIZES
from logister_core.cli.instance import Instance, instance_options
from logister_core.settings import Settings


def _numbers(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, ...]:
    """`4,16,64`: whole numbers above zero, each once, in order."""
    try:
        found = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < 1:
        raise click.BadParameter(f"{text!r} is not a list of numbers with commas between")
    return found


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0.1), default=9.0, show_default=True, help="For each figure.")
@click.option("--payload-kb", type=click.Choice(SIZES), default=SIZES[0], show_default=True, help="Size of an event.")
@click.option("--threads", callback=_numbers, default="4,16,32,64", show_default=True, help="Waitress threads to try.")
@click.option(
    "--connections", callback=_numbers, default="1,16,64", show_default=True, help="Connections to measure with."
)
@click.option("--quick", is_flag=True, help="Short slices; the figures are rough.")
@instance_options
def bench(
    instance: Instance,
    *,
    seconds: float,
    payload_kb: str,
    threads: tuple[int, ...],
    connections: tuple[int, ...],
    quick: bool,
) -> None:
    """Measure intake and drain, next to twins that do less.

    Needs Redis and a PostgreSQL database of its own, whose telemetry tables it empties. Progress goes to standard
    error, the result to standard output.
    """
    _refuse_without_servers(instance.settings)
    plan = Plan(
        seconds=min(seconds, 2.0) if quick else seconds,
        probe_seconds=min(seconds, 1.0 if quick else 2.0),
        warm_up=min(seconds, 0.5),
        connections=connections,
        threads=threads,
        size=payload_kb,
    )
    with (
        tempfile.TemporaryDirectory(prefix="logister-bench-") as folder,
        instance.engine() as engine,
        target(engine, instance.settings, utc_now) as place,
    ):
        results = Measurement(plan, instance.settings, place, Path(folder), _say).run()
        database = place.describe()
    if instance.as_json:
        click.echo(json.dumps(report.as_json(results, plan, database), indent=2))
    else:
        click.echo(report.as_table(results, plan, database))


def _refuse_without_servers(settings: Settings) -> None:
    if settings.database.sqlite:
        raise click.ClickException("the benchmark needs PostgreSQL; set DATABASE_URL to an empty database")
    if settings.tasks.queue_url is None:
        raise click.ClickException("the benchmark needs Redis; set REDIS_URL")


def _say(words: str) -> None:
    click.echo(words, err=True)

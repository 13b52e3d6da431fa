"""`logister bench`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from logister_core.app import utc_now
from logister_core.bench import report
from logister_core.bench.database import target
from logister_core.bench.measure import Measurement
from logister_core.bench.pages.command import pages
from logister_core.bench.payload import SIZES
from logister_core.bench.plan import SERVERS, Plan
from logister_core.bench.serving import Serving
from logister_core.cli.instance import Instance, instance_options
from logister_core.db.engine import make_engine
from logister_core.settings import Settings

QUICK = {"seconds": 1.0, "slices": 1, "threads": "16", "processes": "1", "stored": 1000, "soak_minutes": 0.0}


def _hurry(context: click.Context, _option: click.Parameter, quick: bool) -> None:
    """Other defaults; what is asked for by name stays."""
    if quick:
        context.default_map = QUICK


def _numbers(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, ...]:
    """`4,16,64`: whole numbers above zero, each once, in order."""
    try:
        found = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        found = ()
    if not found or found[0] < 1:
        raise click.BadParameter(f"{text!r} is not a list of numbers with commas between")
    return found


def _chosen(names: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], tuple[str, ...]]:
    """Some of `names` with commas between, in their order."""

    def choose(_context: click.Context, _option: click.Parameter, text: str) -> tuple[str, ...]:
        wanted = text.split(",")
        if not set(wanted) <= set(names):
            raise click.BadParameter(f"{text!r} is not a list of {' and '.join(names)} with commas between")
        return tuple(name for name in names if name in wanted)

    return choose


@click.group(invoke_without_command=True)
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Also write the result as JSON to a file."
)
@click.option("--seconds", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="Of each slice.")
@click.option(
    "--slices", type=click.IntRange(min=1), default=3, show_default=True, help="Of which a figure is the median."
)
@click.option("--servers", callback=_chosen(SERVERS), default=",".join(SERVERS), show_default=True, help="Web servers.")
@click.option(
    "--payload-kb", callback=_chosen(SIZES), default=",".join(SIZES), show_default=True, help="Sizes of an event."
)
@click.option("--threads", callback=_numbers, default="16,32", show_default=True, help="Threads of a process to try.")
@click.option("--processes", callback=_numbers, default="1,2", show_default=True, help="Web processes to try.")
@click.option(
    "--connections", type=click.IntRange(min=1), default=64, show_default=True, help="That send single events."
)
@click.option(
    "--batch-connections", type=click.IntRange(min=1), default=8, show_default=True, help="That send batches."
)
@click.option("--stored", type=click.IntRange(min=1), default=50_000, show_default=True, help="Events to weigh.")
@click.option(
    "--soak-minutes", type=click.FloatRange(min=0), default=10.0, show_default=True, help="How long to watch memory."
)
@click.option(
    "--quick",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_hurry,
    help="A minute or two; the figures are rough.",
)
@instance_options
def bench(instance: Instance, save: Path | None, **options: Any) -> None:
    """Measure intake and grouping, next to twins that do less, and hold them against what is promised.

    Needs Redis and a PostgreSQL database of its own, whose telemetry tables it empties. Progress goes to standard
    error, the result to standard output.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    _refuse_without_servers(instance.settings)
    plan = _plan(**options)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="logister-bench-")))
        engine = stack.enter_context(instance.engine())
        beside = make_engine(f"sqlite:///{folder / 'bench.db'}")
        stack.callback(beside.dispose)
        place, small = (stack.enter_context(target(each, instance.settings, utc_now)) for each in (engine, beside))
        results = Measurement(plan, Serving(instance.settings, place, small, folder), _say).run()
        database = place.describe()
    document = json.dumps(report.as_json(results, plan, database), indent=2)
    click.echo(document if instance.as_json else report.as_table(results, plan, database))
    if save is not None:
        save.write_text(document + "\n")
        _say(f"Saved as {save}")


bench.add_command(pages)


def _plan(
    *,
    seconds: float,
    slices: int,
    servers: tuple[str, ...],
    payload_kb: tuple[str, ...],
    threads: tuple[int, ...],
    processes: tuple[int, ...],
    connections: int,
    batch_connections: int,
    stored: int,
    soak_minutes: float,
) -> Plan:
    return Plan(
        servers=servers,
        sizes=payload_kb,
        connections=connections,
        batch_connections=batch_connections,
        slices=slices,
        seconds=seconds,
        warm_up=min(seconds, 1.0),
        threads=threads,
        processes=processes,
        probe_seconds=min(seconds, 3.0),
        stored_events=stored,
        soak_seconds=soak_minutes * 60,
    )


def _refuse_without_servers(settings: Settings) -> None:
    if settings.database.sqlite:
        raise click.ClickException("the benchmark needs PostgreSQL; set DATABASE_URL to an empty database")
    if settings.tasks.queue_url is None:
        raise click.ClickException("the benchmark needs Redis; set REDIS_URL")


def _say(words: str) -> None:
    click.echo(words, err=True)

"""`logister bench pages`."""

from __future__ import annotations

import dataclasses
import gc
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine

from logister_core.app import configure, utc_now
from logister_core.bench.database import emptied
from logister_core.bench.pages.filling import fill
from logister_core.bench.pages.story import Group, Size, Story
from logister_core.bench.pages.visiting import Figure, Visitor
from logister_core.cli.instance import Instance, instance_options
from logister_core.db.engine import make_engine
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.projects.models import Project
from logister_core.security.cookies import SESSION, cookie_jar
from logister_core.security.sessions import SessionService
from logister_core.settings import Settings
from logister_core.startup import collect_less_often

PROMISED_MS = 100.0
# SQLite is for installations a tenth of the size.
BESIDE = 10


@click.command()
@click.option("--events", type=click.IntRange(min=100), default=1_000_000, show_default=True, help="On PostgreSQL.")
@click.option("--groups", type=click.IntRange(min=10), default=100_000, show_default=True)
@click.option("--projects", type=click.IntRange(min=2), default=200, show_default=True)
@click.option("--repeats", type=click.IntRange(min=1), default=40, show_default=True, help="Requests for each page.")
@click.option(
    "--rest", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Seconds between filling and asking."
)
@instance_options
def pages(instance: Instance, repeats: int, rest: float, **numbers: int) -> None:
    """Fill a database and measure how long the server works on each page.

    Needs a PostgreSQL database of its own, as `logister bench` does, and makes an embedded one with a tenth of the
    events. The busiest project is looked at. Progress goes to standard error, the result to standard output.
    """
    if instance.settings.database.sqlite:
        raise click.ClickException("the benchmark needs PostgreSQL; set DATABASE_URL to an empty database")
    size = Size(**numbers)
    small = dataclasses.replace(size, events=size.events // BESIDE, groups=size.groups // BESIDE)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="logister-bench-")))
        large = stack.enter_context(instance.engine())
        beside = make_engine(f"sqlite:///{folder / 'bench.db'}")
        stack.callback(beside.dispose)
        results = [
            (name, of, _measure(engine, of, instance.settings, repeats, rest))
            for name, engine, of in (("PostgreSQL", large, size), ("SQLite", beside, small))
        ]
    if instance.as_json:
        click.echo(json.dumps([_as_json(*result) for result in results], indent=2))
    else:
        click.echo("\n\n".join(_as_table(*result) for result in results))


def _measure(engine: Engine, size: Size, settings: Settings, repeats: int, rest: float) -> list[Figure]:
    with emptied(engine):
        began = time.monotonic()
        owner_id, groups = _filled(engine, size)
        click.echo(f"{engine.dialect.name}: filled in {time.monotonic() - began:.0f} s", err=True)
        url = engine.url.render_as_string(hide_password=False)
        settings = dataclasses.replace(
            settings,
            database=dataclasses.replace(settings.database, url=url),
            # A session cookie over plain http, and no background work in between.
            runtime=dataclasses.replace(settings.runtime, env="test"),
        )
        router = configure(settings, []).make_wsgi_app()
        # As every process does that serves.
        collect_less_often()
        try:
            with write_transaction(engine) as db:
                token = SessionService(db, utc_now).begin(
                    owner_id, persistent=False, ip="127.0.0.1", user_agent="bench"
                )
            visitor = Visitor(router, router.registry.engine, f"{cookie_jar(settings)(SESSION).name}={token}")
            with read_transaction(engine) as db:
                project = db.get_one(Project, 1).uuid
            # What filling left to do for the database and the machine is not the pages' cost.
            time.sleep(rest)
            return visitor.measure(_addresses(visitor, f"/projects/{project}", groups), repeats)
        finally:
            gc.unfreeze()
            router.registry.engine.dispose()


def _filled(engine: Engine, size: Size) -> tuple[int, list[Group]]:
    """The id of the owner, and the groups of the busiest project, those with the most events first."""
    story = Story(size, utc_now())
    owner_id = fill(engine, story)
    return owner_id, sorted((group for group in story.groups if group.project == 1), key=lambda group: -group.count)


def _addresses(visitor: Visitor, project: str, mine: list[Group]) -> dict[str, list[str]]:
    """What is asked for, by the words for it."""
    inbox, activity = f"{project}/inbox", f"{project}/activity"
    opened = (*mine[:3], *mine[len(mine) // 2 :][:3])
    searched = ("payment", "step+96", "never+there", "level:error")
    return {
        "inbox, first page": [inbox],
        "inbox, page 50": [visitor.page(f"{inbox}?filter=all", 50)],
        "inbox, text search": [f"{inbox}?q={word}" for word in _words(mine)],
        "inbox, status counts": [f"{inbox}?filter={name}" for name in ("unresolved", "resolved", "ignored", "all")],
        "inbox, other orders": [f"{inbox}?sort={name}" for name in ("attention", "events", "first_seen")],
        "inbox of all projects": ["/inbox"],
        "group detail": [f"{inbox}?filter=all&group_uuid={group.uuid}" for group in opened],
        "events, first page": [activity, f"{activity}?period=all"],
        "events, logs alone": [f"{activity}?event_type=log&period=all"],
        "events, page 50": [visitor.page(f"{activity}?period=all", 50)],
        "events, text search": [f"{activity}?period=all&q={words}" for words in searched],
        "project list": ["/projects"],
        "project home": [project],
        "releases": [f"{project}/releases"],
    }


def _words(groups: list[Group]) -> list[str]:
    """A frequent word, one group's own number, and something that no group has."""
    return ["payment", str(groups[len(groups) // 2].id), "never+there"]


def _as_json(name: str, size: Size, figures: list[Figure]) -> dict[str, Any]:
    return {
        "database": name,
        "size": dataclasses.asdict(size),
        "pages": [
            {
                "page": figure.words,
                "p50_ms": round(figure.p50, 2),
                "p95_ms": round(figure.p95, 2),
                "statements": sorted(set(figure.statements)),
                "met": figure.p95 < PROMISED_MS,
            }
            for figure in figures
        ],
    }


def _as_table(name: str, size: Size, figures: list[Figure]) -> str:
    return "\n".join(
        [
            f"{name}: {size.events:,} events, {size.groups:,} groups, {size.projects:,} projects; milliseconds of work",
            f"  {'':26}{'p50':>9}{'p95':>9}{'statements':>13}",
            *(
                f"  {figure.words:26}{figure.p50:9.1f}{figure.p95:9.1f}{_range(figure.statements):>13}"
                f"   {'met' if figure.p95 < PROMISED_MS else f'MISSED (at most {PROMISED_MS:.0f})'}"
                for figure in figures
            ),
        ]
    )


def _range(numbers: list[int]) -> str:
    return str(min(numbers)) if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"

"""`logister release`: the step between installing a release and sending traffic to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Schema(NamedTuple):
    """`revision` is None for an empty database; `partitions` are the names of the monthly ones."""

    revision: str | None
    partitions: frozenset[str]


@click.command()
@instance_options
def release(instance: Instance) -> None:
    """Bring the database to this release: migrations, partitions of the coming months, and what plugins have elsewhere.

    Uses DATABASE_MIGRATION_URL if set, else DATABASE_URL. Safe to repeat and to run several times at once.
    """
    from logister_core.db.engine import make_engine
    from logister_core.db.migrate import upgrade
    from logister_core.installation.saved_values import saved_values

    database = instance.settings.database
    engine = make_engine(database.migration_url or database.url)
    try:
        before = _schema(engine)
        changed = upgrade(engine)
        after = _schema(engine)
        settings = instance.settings.with_saved(saved_values(engine, instance.settings.secret_key))
    finally:
        engine.dispose()
    # One that fails ends the release, with the sentence of its `Refused`; the database is migrated by then.
    steps = [section.release(settings) for section in settings.given.sections if hasattr(section, "release")]
    done = [sentence for sentence in steps if sentence]
    created = sorted(after.partitions - before.partitions)
    instance.answer(
        {
            "changed": changed,
            "revision_before": before.revision,
            "revision": after.revision,
            "partitions_created": created,
            "plugins": done,
        },
        f"Schema brought from {before.revision or 'nothing'} to {after.revision}."
        if changed
        else f"Schema is at {after.revision} already.",
        f"Partitions created: {', '.join(created)}." if created else "No partition was missing.",
        *done,
    )


def _schema(engine: Engine) -> Schema:
    from sqlalchemy import inspect

    from logister_core.db.partitions import is_partition
    from logister_core.db.revisions import current_revision

    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return Schema(current_revision(connection), frozenset(filter(is_partition, tables)))

"""`logister tally`. Everything heavy is imported when the command runs."""

from __future__ import annotations

import click

from logister_core.cli.instance import Instance, instance_options


@click.command()
@instance_options
def tally(instance: Instance) -> None:
    """Print how many events each project has sent."""
    from sqlalchemy import select

    from logister_core.db.sessions import read_transaction
    from logister_core.projects.models import Project
    from logister_tally.ledger import ledger_of

    totals = ledger_of(instance.settings).totals()
    with instance.engine() as engine, read_transaction(engine) as session:
        uuids = dict(session.execute(select(Project.id, Project.uuid)).tuples().all())
    instance.answer({str(uuids[project_id]): events for project_id, events in totals.items() if project_id in uuids})

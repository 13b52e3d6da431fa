"""`logister api-key`: what programs send telemetry with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logister_core.api_keys.models import ApiKey
    from logister_core.settings import Settings


@click.group()
def api_key() -> None:
    """Make API keys."""


@api_key.command()
@click.option("--project", required=True, type=click.UUID, metavar="UUID")
@click.option("--name", required=True, help="The program that will use it.")
@instance_options
def create(instance: Instance, project: UUID, name: str) -> None:
    """Make a key and print its uuid and, this once, its token."""
    settings = instance.effective_settings
    with instance.transaction() as session:
        made, token = create_key(session, settings, project=project, name=name)
    instance.answer({"uuid": str(made.uuid), "name": made.name, "project": str(project), "token": token})


def create_key(session: Session, settings: Settings, *, project: UUID, name: str) -> tuple[ApiKey, str]:
    """The key and its token. Raises `Refused`."""
    from sqlalchemy import select

    from logister_core.api_keys.services import ApiKeyService
    from logister_core.app import utc_now
    from logister_core.errors import Refused
    from logister_core.projects.models import Project

    found = session.scalar(select(Project).where(Project.uuid == project))
    if found is None:
        raise Refused({"project": f"There is no project {project}."})
    return ApiKeyService(session, utc_now, settings).create(found, None, name=name)

"""`logister project`: projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logister_core.projects.models import Project


@click.group()
def project() -> None:
    """Make projects."""


@project.command()
@click.option("--name", required=True)
@click.option("--owner", required=True, metavar="EMAIL", help="Account that owns it.")
@click.option("--kind", default="python", show_default=True, help="What sends the events.")
@instance_options
def create(instance: Instance, name: str, owner: str, kind: str) -> None:
    """Make a project and print its uuid."""
    with instance.transaction() as session:
        made = create_project(session, name=name, owner=owner, kind=kind)
    instance.answer({"uuid": str(made.uuid), "name": made.name, "slug": made.slug, "kind": made.integration_kind})


def create_project(session: Session, *, name: str, owner: str, kind: str) -> Project:
    """Raises `Refused`, with our own words for an unknown owner or kind."""
    from logister_core.accounts.passwords import PasswordHasher
    from logister_core.accounts.services import UserService
    from logister_core.app import utc_now
    from logister_core.errors import Refused
    from logister_core.projects.models import IntegrationKind
    from logister_core.projects.services import ProjectService

    if kind not in set(IntegrationKind):
        raise Refused({"kind": f"There is no kind {kind}; expected one of {', '.join(IntegrationKind)}."})
    person = UserService(session, utc_now, PasswordHasher()).by_email(owner)
    if person is None:
        raise Refused({"owner": f"There is no account with the e-mail address {owner}."})
    return ProjectService(session, utc_now).create(person, name=name, description="", integration_kind=kind)

"""`logister user`: accounts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from logister_core.accounts.models import User


@click.group()
def user() -> None:
    """Make accounts."""


@user.command()
@click.option("--email", required=True, help="What the person signs in with.")
@click.option("--name", required=True)
@click.option("--admin", is_flag=True, help="Administers the installation.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, the only way to give it.")
@instance_options
def create(instance: Instance, email: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Make an account that can sign in at once.

    The first administrator settles the set-up: the one-time link stops working.
    """
    if not password_stdin:
        raise click.ClickException("give the password on standard input and say so with --password-stdin")
    password = sys.stdin.readline().rstrip("\r\n")
    with instance.transaction() as session:
        made = create_account(session, email=email, name=name, password=password, admin=admin)
    if admin:
        from logister_core.installation.setup_token import discard_setup_token

        discard_setup_token(instance.settings)
    instance.answer({"uuid": str(made.uuid), "email": made.email, "name": made.name, "admin": made.application_admin})


def create_account(session: Session, *, email: str, name: str, password: str, admin: bool) -> User:
    """A confirmed account. The first administrator claims the installation. Raises `Refused`."""
    from logister_core.accounts.passwords import PasswordHasher
    from logister_core.accounts.services import UserService
    from logister_core.app import utc_now
    from logister_core.installation.services import SetupService

    users = UserService(session, utc_now, PasswordHasher())
    setup = SetupService(session, utc_now, users)
    if admin and not setup.claimed():
        return setup.claim(email=email, name=name, password=password)
    return users.create(email=email, name=name, password=password, application_admin=admin, confirmed=True)

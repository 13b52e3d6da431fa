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
    """Make accounts, and let people back into theirs."""


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
    from logister_core.app import utc_now
    from logister_core.audit.log import AuditLog

    password = sys.stdin.readline().rstrip("\r\n")
    with instance.transaction() as session:
        made = create_account(session, email=email, name=name, password=password, admin=admin)
        AuditLog(session, utc_now, {"account.created"}).record("account.created", subject=made, administrator=admin)
    if admin:
        from logister_core.installation.setup_token import discard_setup_token

        discard_setup_token(instance.settings)
    instance.answer({"uuid": str(made.uuid), "email": made.email, "name": made.name, "admin": made.application_admin})


@user.command()
@click.option("--email", required=True, help="Whose account it is.")
@instance_options
def reset_second_factors(instance: Instance, email: str) -> None:
    """Take away authenticator app, passkeys and recovery codes of somebody who has lost them.

    Their password alone signs them in again. Make sure that it is them who ask.
    """
    from logister_core.app import utc_now
    from logister_core.audit.log import AuditLog
    from logister_core.mail.models import MailKind
    from logister_core.mail.services import AccountMails
    from logister_core.second_factors.services import SecondFactors

    with instance.transaction() as session:
        found = _account(session, email)
        if SecondFactors(session, utc_now, instance.settings).reset(found):
            # The worker finds it within a minute.
            mails = AccountMails(session, utc_now, wake=lambda: None)
            mails.second_factor_changed(found, MailKind.FACTORS_RESET)
        AuditLog(session, utc_now, {"second_factor.reset"}).record("second_factor.reset", subject=found)
        uuid = str(found.uuid)
    instance.answer({"uuid": uuid, "email": email}, f"{email} signs in with the password alone now.")


def _account(session: Session, email: str) -> User:
    from sqlalchemy import select

    from logister_core.accounts.models import User
    from logister_core.accounts.services import normal_email

    found = session.scalar(select(User).where(User.email == normal_email(email)))
    if found is None:
        raise click.ClickException(f"there is no account with the address {email}")
    return found


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

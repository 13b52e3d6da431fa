"""`logister secrets`: the root secret."""

from __future__ import annotations

import os
from typing import IO

import click

from logister_core.cli.instance import Instance, instance_options

OLD = "LOGISTER_OLD_SECRET_KEY"


@click.group()
def secrets() -> None:
    """Change the root secret."""


@secrets.command()
@click.option(
    "--old-key-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help=f"Holds the old secret; - is standard input. Without it {OLD} is asked.",
)
@instance_options
def rotate(instance: Instance, old_key_file: IO[str] | None) -> None:
    """Encrypt saved settings and authenticator apps with the LOGISTER_SECRET_KEY of now instead of an old one.

    In one transaction: all of them or none. Restart web and worker with the new secret afterwards. People stay signed
    in; forms that are open at that moment must be loaded again.
    """
    old = (old_key_file.readline() if old_key_file is not None else os.environ.get(OLD, "")).strip()
    if not old:
        raise click.ClickException(f"the old secret is missing: set {OLD}, or give a file with --old-key-file")
    from logister_core.installation.rotation import rotate as rotate_values

    new = instance.settings.secret_key
    with instance.transaction() as session:
        done = rotate_values(session, old_secret=old, new_secret=new)
    instance.answer(
        {"rotated": done.rotated, "current": done.current},
        f"{done.rotated} saved values are encrypted with the new secret now; {done.current} were before.",
    )

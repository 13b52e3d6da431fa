"""`logister`: one program for serving, working, releasing and administering an installation.

Every command takes `-c FILE.ini` and `--json`, reads the environment, and exits non-zero with one sentence on
standard error when it could not do what was asked.
"""

from __future__ import annotations


def main() -> None:
    """The console script."""
    from logister_core.cli.console import console

    console()(prog_name="logister")

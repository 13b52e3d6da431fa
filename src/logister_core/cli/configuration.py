"""Where a command's configuration is: an ini file, or none, which is the embedded default."""

from __future__ import annotations

import configparser
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

import click

DEFAULT_FILE = "development.ini"


def find_ini_file(given: str | None) -> Path | None:
    """The absolute path of `given`, else of development.ini in the current folder, else None.

    Raises `click.ClickException` when the given file does not exist.
    """
    file = Path(given if given is not None else DEFAULT_FILE).absolute()
    if file.is_file():
        return file
    if given is not None:
        raise click.ClickException(f"there is no file {given}")
    return None


def ini_settings(file: Path | None) -> Mapping[str, str]:
    """The keys of [app:main]; empty without a file. Raises `click.ClickException` when it cannot be read."""
    if file is None:
        return {}
    import plaster

    try:
        return dict(plaster.get_settings(str(file), "app:main"))
    except (configparser.Error, plaster.PlasterError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise click.ClickException(f"the ini file {file} cannot be read: {reason}") from error


def set_up_logging(file: Path | None) -> None:
    """Log as the ini file says; on the embedded default readable lines on standard output."""
    if file is not None:
        import plaster

        plaster.setup_logging(str(file))
        return
    from logister_core.logs import ReadableFormatter

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(ReadableFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)

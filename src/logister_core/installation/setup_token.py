"""The token that lets the first administrator in.

Operators set LOGISTER_SETUP_TOKEN. Outside production one is made when they did not, kept in the instance folder
until it was used, and printed as a link when the server starts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from logister_core.db.sessions import read_transaction
from logister_core.installation.models import Installation
from logister_core.settings import Settings


def current_setup_token(settings: Settings) -> str | None:
    """The token that `/setup` accepts as long as nobody has claimed the installation; None: it accepts none."""
    if settings.product.setup_token or settings.production:
        return settings.product.setup_token
    try:
        return _file(settings).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def claim_open(session: Session, settings: Settings) -> bool:
    """Whether `/setup` lets somebody in now who knows the token."""
    if current_setup_token(settings) is None:
        return False
    return session.scalar(select(Installation.claimed_at).where(Installation.id == 1)) is None


def ensure_setup_token(engine: Engine, settings: Settings) -> str | None:
    """The token for the link that start-up prints, made and kept if there is none yet.

    None when the installation is claimed, when its tables are missing, and in production: whoever chose the token
    knows it, and it has no place in a log.
    """
    if settings.production:
        return None
    try:
        with read_transaction(engine) as session:
            claimed = session.scalar(select(Installation.claimed_at).where(Installation.id == 1)) is not None
    except DatabaseError:
        # The release step will make the tables; until then nobody could be let in anyway.
        return None
    if claimed:
        discard_setup_token(settings)
        return None
    if current_setup_token(settings) is None:
        _write(_file(settings))
    return current_setup_token(settings)


def discard_setup_token(settings: Settings) -> None:
    """Remove the generated token, if there is one."""
    _file(settings).unlink(missing_ok=True)


def _file(settings: Settings) -> Path:
    return settings.runtime.home / "setup-token"


def _write(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of several processes that start, the first one's token is everybody's.
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".setup-token-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(24) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(temporary, file)
    finally:
        os.unlink(temporary)

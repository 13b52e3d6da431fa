"""What is saved, read and decrypted: by processes when they start, and by those that run when it has changed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from logister_core.db.engine import make_engine
from logister_core.db.outage import is_outage
from logister_core.db.sessions import read_transaction
from logister_core.installation.models import InstanceSetting
from logister_core.security.encryption import Cipher, Undecipherable
from logister_core.settings import Settings, with_secret_key

logger = logging.getLogger(__name__)

PURPOSE = "logister-instance-settings-v1"


def settings_cipher(secret: str) -> Cipher:
    """Each value is encrypted for its key."""
    return Cipher(secret, PURPOSE)


def decrypted(rows: Mapping[str, str], cipher: Cipher) -> dict[str, str]:
    """Values by key; those that cannot be decrypted are left out, as if they had never been saved."""
    values = {}
    for key, sealed in rows.items():
        with suppress(Undecipherable):
            values[key] = cipher.decrypt(sealed, key)
    if len(values) < len(rows):
        logger.warning("settings.not_decrypted keys=%s", ",".join(sorted(rows.keys() - values.keys())))
    return values


def saved_rows(session: Session) -> dict[str, str]:
    """Encrypted values by key."""
    return {row.key: row.encrypted_value for row in session.scalars(select(InstanceSetting))}


def saved_values(engine: Engine, secret: str) -> dict[str, str]:
    """Nothing when there is no such table, or no database."""
    try:
        with read_transaction(engine) as session:
            rows = saved_rows(session)
    except SQLAlchemyError as error:
        # A table that is missing has saved nothing; before the first release step that is how it should be.
        level = logging.WARNING if is_outage(error) else logging.INFO
        logger.log(level, "settings.saved_not_read error=%s", type(error).__name__)
        return {}
    return decrypted(rows, settings_cipher(secret)) if rows else {}


def read_at_start(settings: Settings) -> dict[str, str]:
    """What is saved in the database of these settings, through a connection that is closed again."""
    if settings.database.sqlite and not _file(settings).exists():
        # Looking would make it.
        return {}
    engine = make_engine(settings.database.url, pool_size=1)
    try:
        return saved_values(engine, with_secret_key(settings).secret_key)
    finally:
        engine.dispose()


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database.url).database or "")

"""The instance folder and the secret kept in it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import tempfile
from pathlib import Path

from .loader import Settings, SettingsError
from .sections import SECRET_LENGTH


def with_secret_key(settings: Settings) -> Settings:
    """The settings with a root secret, made on first start and kept in LOGISTER_HOME/secret, mode 0600.

    Called once when a program starts; creates LOGISTER_HOME. Several processes starting together agree on one
    secret. Raises `SettingsError` when the folder cannot be used or the kept secret is too short.
    """
    try:
        settings.runtime.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.runtime.secret_key is not None:
            return settings
        kept = _kept_secret(settings.runtime.home / "secret")
    except OSError as error:
        raise SettingsError([f"LOGISTER_HOME cannot be used: {error}"]) from error
    if len(kept) < SECRET_LENGTH:
        raise SettingsError(
            [f"{settings.runtime.home / 'secret'} is damaged; expected at least {SECRET_LENGTH} characters"]
        )
    return dataclasses.replace(settings, runtime=dataclasses.replace(settings.runtime, secret_key=kept))


def _kept_secret(file: Path) -> str:
    if not file.exists():
        # Written aside and linked into place: nobody reads half a secret, the first of several writers wins.
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secrets.token_hex(32) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(temporary, file)
        finally:
            os.unlink(temporary)
    return file.read_text(encoding="utf-8").strip()

"""A place for objects: named bytes that are written whole, read whole and deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from logister_core.settings import Settings as AllSettings

# Relative, and no part of it leads elsewhere. S3 takes 1,024 bytes, which are characters here.
_KEY: Final = re.compile(r"(?!(.*/)?\.{1,2}(/|$))[!-.0-\[\]-~]+(/[!-.0-\[\]-~]+)*")
_LONGEST_KEY: Final = 1024


class StorageError(Exception):
    """It did not work. The message is part of a sentence, for people; it holds no secrets."""


class NoSuchObject(StorageError):
    """There is nothing of that name."""

    def __init__(self) -> None:
        super().__init__("there is no such object")


class Storage(Protocol):
    """All of it raises `StorageError`, and gives up within seconds where others are asked."""

    @property
    def place(self) -> str:
        """Where that is, for people."""

    def put(self, key: str, body: bytes, content_type: str) -> str | None:
        """Write an object, or replace the one there is. Nobody ever reads half of it.

        Returns the version that was made, where the place keeps old ones.
        """

    def get(self, key: str) -> bytes:
        """Raises `NoSuchObject`."""

    def delete(self, key: str, version: str | None = None) -> None:
        """One that is not there is deleted already. Of a place that keeps versions, name the one that is to go."""


def storage_of(settings: AllSettings) -> Storage:
    """The place that these settings name."""
    from logister_plugins.archive import Settings

    ours = settings.section(Settings)
    if ours.service == "local":
        from logister_plugins.archive.local import LocalStorage

        return LocalStorage(settings.runtime.home / "storage")
    from logister_plugins.archive.s3 import S3Storage

    return S3Storage(ours)


def checked(key: str) -> str:
    """The key, which comes from this program; ValueError for one that could lead out of the place."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not the key of an object: {key!r}")
    return key


def joined(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name

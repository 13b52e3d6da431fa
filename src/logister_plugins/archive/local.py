"""Objects as files of a folder."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from logister_plugins.archive.storage import NoSuchObject, StorageError, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

_REASONS = {
    errno.EACCES: "the user of this server may not write there",
    errno.EPERM: "the user of this server may not write there",
    errno.EROFS: "it is on a file system that is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.ENOTDIR: "something that is no folder is in the way",
    errno.EEXIST: "something that is no folder is in the way",
    errno.EISDIR: "a folder is in the way",
}


class LocalStorage:
    """Keys are paths below `root`, which is made when it is needed. Only the server's user may read the files.

    A link that somebody put inside is followed: whoever can do that decides about this folder anyway.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def place(self) -> str:
        return f"the folder {self._root}"

    def put(self, key: str, body: bytes, content_type: str) -> None:
        file = self._file(key)
        with _told():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.parent.mkdir(parents=True, exist_ok=True)
            # Written aside and renamed: a crash leaves the old object or the new one.
            aside = file.with_name(f".{secrets.token_hex(8)}.part")
            try:
                with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    stream.write(body)
                    stream.flush()
                    os.fsync(stream.fileno())
                aside.replace(file)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            _settle(file.parent)

    def get(self, key: str) -> bytes:
        file = self._file(key)
        with _told():
            try:
                return file.read_bytes()
            except FileNotFoundError as error:
                raise NoSuchObject from error

    def delete(self, key: str, version: str | None = None) -> None:
        file = self._file(key)
        with _told(), suppress(FileNotFoundError):
            file.unlink()
            _settle(file.parent)

    def _file(self, key: str) -> Path:
        return self._root / checked(key)


def _settle(folder: Path) -> None:
    """So that a power cut does not take back what was done to its entries."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(_REASONS.get(error.errno or 0, f"{type(error).__name__}")) from error

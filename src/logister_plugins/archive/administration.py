"""The page of settings about the place of archives, and the test that proves it."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from logister_core.administration.installation.catalogue import STORAGE
from logister_core.administration.installation.sections import Diagnosis, Examination, InstallationSection
from logister_plugins.archive import Settings
from logister_plugins.archive.storage import StorageError, joined, storage_of

if TYPE_CHECKING:
    from logister_plugins.archive.storage import Storage

NAME: Final = ".logister-configuration-test-"
LATER: Final = "Archives themselves are written by a later release."


def check_storage(examination: Examination) -> Diagnosis:
    """An object is written where archives will go, read back and deleted."""
    ours = examination.settings.section(Settings)
    details = {"service": ours.service, "bucket": ours.bucket if ours.service == "s3" else None}
    place = "there"
    try:
        storage = storage_of(examination.settings)
        place = storage.place
        try_out(storage, ours.prefix)
    except StorageError as error:
        return Diagnosis(False, f"Archives cannot be kept in {place}: {error}.", details)
    return Diagnosis(True, f"An object was written to {place}, read back and deleted. {LATER}", details)


def try_out(storage: Storage, prefix: str) -> None:
    """Raises `StorageError`. Nothing stays there, whatever happens, as far as deleting works."""
    key, body, version = joined(prefix, f"{NAME}{uuid4()}"), secrets.token_bytes(1024), None
    try:
        version = storage.put(key, body, "application/octet-stream")
        if storage.get(key) != body:
            raise StorageError("what was read back is not what was written")
    except BaseException:
        with suppress(StorageError):
            storage.delete(key, version)
        raise
    storage.delete(key, version)


ARCHIVE_STORAGE = InstallationSection(
    "archive_storage",
    "Archive storage",
    "Where archives of old telemetry will go: a folder of this server, or S3. They are written by a later release; "
    "here the place is chosen and proven.",
    place=50,
    check=check_storage,
    group=STORAGE,
)

"""A dictionary, and finding the one that a stored body names."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.ingest.models import TelemetryDictionary

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ID_BYTES: Final = 7
_REMEMBERED: Final = 256

# Emptied when full. An id stands for its content, whatever database it was found in.
_known: dict[int, Dictionary] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """`id` is made of project and content, so that nobody has to agree on it. A bigint, ID_BYTES of which count."""

    id: int
    content: bytes
    zstd: zstd.ZstdDict

    @classmethod
    def of(cls, project_id: int, content: bytes) -> Dictionary:
        digest = blake2b(content, digest_size=ID_BYTES, salt=project_id.to_bytes(8, "big")).digest()
        return _remember(int.from_bytes(digest, "big"), content)


def find(dictionary_id: int, session: Session) -> Dictionary:
    """The dictionary that a body names. Raises `LookupError`."""
    known = _known.get(dictionary_id)
    if known is not None:
        return known
    content = session.scalar(select(TelemetryDictionary.content).where(TelemetryDictionary.id == dictionary_id))
    if content is None:
        raise LookupError(f"telemetry dictionary {dictionary_id} is missing")
    return _remember(dictionary_id, content)


def _remember(dictionary_id: int, content: bytes) -> Dictionary:
    known = _known.get(dictionary_id)
    if known is None:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        known = _known[dictionary_id] = Dictionary(dictionary_id, content, zstd.ZstdDict(content, is_raw=True))
    return known

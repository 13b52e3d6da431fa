"""Names as they appear in addresses and file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count

_OTHER = re.compile(r"[^a-z0-9]+")


def slug_of(name: str) -> str:
    """ASCII, lower case, words joined by hyphens; `project` when nothing is left."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", folded.lower()).strip("-") or "project"


def free_slug(name: str, taken: Collection[str]) -> str:
    """The slug of `name`, with the first number from 2 on that is free when it is taken."""
    base = slug_of(name)
    if base not in taken:
        return base
    return next(slug for number in count(2) if (slug := f"{base}-{number}") not in taken)

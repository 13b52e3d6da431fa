"""Which addresses may be attached, and what they say (specification, grouping chapter §12)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from logister_core.error_groups.links.models import LinkType

HOST = "github.com"
MAX_URL = 2_000

_PATH = re.compile(r"/([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100})/(issues|pull)/([0-9]{1,18})(?:/.*)?")
_TYPES = {"issues": LinkType.ISSUE, "pull": LinkType.PULL_REQUEST}


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """`url` has neither query nor fragment nor anything behind the number."""

    url: str
    link_type: LinkType
    repository: str
    number: str

    @property
    def title(self) -> str:
        word = "issue" if self.link_type is LinkType.ISSUE else "PR"
        return f"{self.repository} {word} #{self.number}"


def link_address(stated: str) -> LinkAddress | None:
    """What a person entered, None when it is no issue or pull request on GitHub."""
    text = stated.strip()
    if len(text) > MAX_URL:
        return None
    try:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != HOST:
            return None
    except ValueError:
        return None
    found = _PATH.fullmatch(parts.path)
    if found is None:
        return None
    owner, name, kind, number = found.groups()
    return LinkAddress(
        f"{parts.scheme}://{HOST}/{owner}/{name}/{kind}/{number}", _TYPES[kind], f"{owner}/{name}", number
    )

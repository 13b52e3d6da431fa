"""Which addresses may be attached, and what they say (specification, grouping chapter §12)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from logister_core.error_groups.links.models import LinkType
from logister_core.source_repositories.models import Provider

MAX_URL: Final = 2_000

# What an address has behind its host, by who serves it: repository, word and number.
_PATHS: Final = {
    Provider.GITHUB: re.compile(r"([A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100})/(issues|pull)/([0-9]{1,18})(?:/.*)?"),
    Provider.GITLAB: re.compile(
        r"([A-Za-z0-9_.-]{1,100}(?:/[A-Za-z0-9_.-]{1,100}){1,20})/-/(issues|merge_requests)/([0-9]{1,18})(?:/.*)?"
    ),
}
_TYPES: Final = {
    "issues": (LinkType.ISSUE, "issue #"),
    "pull": (LinkType.PULL_REQUEST, "PR #"),
    "merge_requests": (LinkType.PULL_REQUEST, "MR !"),
}


@dataclass(frozen=True, slots=True)
class LinkHost:
    """`base` is `https://github.com`, or where a project's repository is hosted: a host, perhaps with a path."""

    provider: Provider
    base: str


GITHUB: Final = LinkHost(Provider.GITHUB, "https://github.com")


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """`url` has neither query nor fragment nor anything behind the number."""

    provider: Provider
    url: str
    link_type: LinkType
    repository: str
    number: str
    title: str


def link_address(stated: str, hosts: Iterable[LinkHost] = (GITHUB,)) -> LinkAddress | None:
    """What a person entered, None when it is no issue and no pull or merge request on one of the hosts."""
    text = stated.strip()
    if len(text) > MAX_URL:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    for host in hosts:
        path = _below(parts.netloc, parts.path, host.base)
        found = None if path is None else _PATHS[host.provider].fullmatch(path)
        if found is not None:
            repository, kind, number = found.groups()
            base = f"{parts.scheme}:{host.base.partition(':')[2]}"
            link_type, word = _TYPES[kind]
            title = f"{repository} {word}{number}"
            return LinkAddress(
                host.provider, f"{base}/{found.string[: found.end(3)]}", link_type, repository, number, title
            )
    return None


def _below(netloc: str, path: str, base: str) -> str | None:
    """The path below the host's own one; None when the address is another host's. Somebody's name is none."""
    own = urlsplit(base)
    root = f"{own.path.rstrip('/')}/"
    if netloc.lower() != own.netloc.lower() or not path.startswith(root):
        return None
    return path[len(root) :]

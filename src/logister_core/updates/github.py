"""Asking GitHub for the latest release of a repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from logister_core import __version__
from logister_core.outgoing import Unwelcome, ask
from logister_core.security.inputs import one_line
from logister_core.updates.versions import Version, version

GITHUB: Final = "https://api.github.com"
# Seconds for each step of the connection, and for the whole answer.
PATIENCE: Final = 1.5
WHOLE_ANSWER: Final = 5.0
# Releases with hundreds of files have long answers.
MOST_BYTES: Final = 2_097_152
LONGEST_TITLE: Final = 120
LONGEST_URL: Final = 500


@dataclass(frozen=True, slots=True)
class Release:
    version: Version
    title: str
    url: str


def latest_release(repository: str, token: str | None = None, base: str = GITHUB) -> Release:
    """Of `repository` (owner/name). Raises one of `outgoing.FAILURES`."""
    headers = {"Accept": "application/vnd.github+json", "User-Agent": f"logister/{__version__}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    # The settings allow nothing in `repository` that leads out of its place in the address.
    answer = ask(
        f"{base}/repos/{repository}/releases/latest",
        headers=headers,
        patience=PATIENCE,
        whole_answer=WHOLE_ANSWER,
        most_bytes=MOST_BYTES,
    )
    if answer.status != 200:
        raise Unwelcome(answer.status)
    return _release(orjson.loads(answer.body))


def _release(document: Any) -> Release:
    if not isinstance(document, dict):
        raise ValueError("the answer is no release")
    tag = document.get("tag_name")
    found = version(tag) if isinstance(tag, str) else None
    if found is None:
        raise ValueError("the release has no version")
    return Release(found, _title(document.get("name"), found), _address(document.get("html_url")))


def _title(name: Any, of: Version) -> str:
    """What the name of the release says besides the version."""
    title = one_line(name) if isinstance(name, str) else ""
    for prefix in ("Logister", f"v{of.text}", of.text):
        title = title.removeprefix(prefix).lstrip(" :,–—-")
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _address(url: Any) -> str:
    if not isinstance(url, str) or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme == "https" and parts.hostname else ""
    except ValueError:
        return ""

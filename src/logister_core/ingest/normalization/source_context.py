"""Whether an event says which commit of which repository it comes from (§10.4, first rows)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from logister_core.ingest.normalization.values import dotted, first_text

REPOSITORY: Final = dotted(
    "repository", "repo", "github_repository", "github.repository", "github.repo", "git.repository",
    "deployment.repository",
)  # fmt: skip
COMMIT: Final = dotted(
    "commit_sha", "git_sha", "sha", "git.sha", "git.commit_sha", "github.sha", "github.commit_sha",
    "deployment.commit_sha",
)  # fmt: skip
RELEASE: Final = dotted("release", "deployment.release")

FULL_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
COMMIT_SHA: Final = re.compile(r"[0-9a-f]{7,40}")
_HOST = re.compile(r"(?:https?://(?:www\.)?github\.com/|git@github\.com:)", re.IGNORECASE)


def names_source(context: Mapping[str, Any]) -> bool:
    """Whether `context` names release and valid commit, and no invalid repository. Runs for every accepted event.

    Without a repository the project's only one may be meant, which the projector looks up.
    """
    if first_text(context, RELEASE) is None:
        return False
    commit = first_text(context, COMMIT)
    if commit is None or not COMMIT_SHA.fullmatch(commit.lower()):
        return False
    named = first_text(context, REPOSITORY)
    if named is None:
        return True
    repository = repository_name(named)
    return repository is not None and FULL_NAME.fullmatch(repository) is not None


def repository_name(text: str | None) -> str | None:
    """`https://github.com/acme/shop.git`, `git@github.com:acme/shop` -> `acme/shop`; None when nothing is left."""
    if text is None:
        return None
    host = _HOST.match(text)
    path = text[host.end() :] if host else text
    return "/".join(path.strip("/").split("/")[:2]).removesuffix(".git") or None

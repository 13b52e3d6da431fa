"""At which commit, branch or tag the source of an event is to be looked at (grouping chapter §17.2, item 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from logister_core.ingest.normalization.source_context import COMMIT, COMMIT_SHA, RELEASE, REPOSITORY, repository_name
from logister_core.ingest.normalization.values import dotted, first_text
from logister_core.source_repositories.values import is_reference

LAST_RESORT: Final = "main"

_BRANCH = dotted("branch", "git.branch", "github.branch", "deployment.branch", "ref", "github.ref")


@dataclass(frozen=True, slots=True)
class SourceHints:
    """What an event says about its source; None where it says nothing that can be used."""

    repository: str | None
    commit: str | None
    branch: str | None
    release: str | None

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> SourceHints:
        """`context` as intake stored it: multi-word keys have their snake_case spelling too."""
        commit = (first_text(context, COMMIT) or "").lower()
        branch = (first_text(context, _BRANCH) or "").removeprefix("refs/heads/").removeprefix("origin/")
        return cls(
            repository=repository_name(first_text(context, REPOSITORY)),
            commit=commit if COMMIT_SHA.fullmatch(commit) else None,
            branch=branch if branch and is_reference(branch) and not branch.startswith("refs/") else None,
            release=first_text(context, RELEASE),
        )


def reference(hints: SourceHints, deployed: str | None, default_branch: str) -> str:
    """The first that is known; `deployed` is the commit of the deployment recorded for the event's release."""
    release = hints.release if hints.release and is_reference(hints.release) else None
    return hints.commit or deployed or hints.branch or release or default_branch or LAST_RESORT

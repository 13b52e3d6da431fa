"""Where the frames of an event are to be found in the project's repositories (grouping chapter §17.2).

Only addresses are made: nothing is asked of a repository's host, and no file of this server is ever looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from logister_core.deployments.group_context import commits_of_release
from logister_core.error_groups.frame_runs import library_of
from logister_core.error_groups.frames import Frame
from logister_core.ingest.models import IngestEvent
from logister_core.source_repositories.links import line_address
from logister_core.source_repositories.models import SourceRepository
from logister_core.source_repositories.paths import frame_path, repository_path
from logister_core.source_repositories.refs import SourceHints, reference

_COMMIT_SHOWN = 12

NO_REPOSITORIES = "no_repositories"
NOT_UNDER_ROOT = "frame_path_not_under_runtime_root"
NO_FILE = "invalid_frame"
LINKED = "linked"


@dataclass(frozen=True, slots=True)
class SourceLink:
    """`place` says in words where it leads: "acme/shop at 9f3c1ab"."""

    href: str
    place: str


class SourceLinks:
    """The links of one event. `repositories` are those switched on; `deployed` has commits by repository."""

    def __init__(
        self, repositories: Sequence[SourceRepository], hints: SourceHints, deployed: Mapping[str, str]
    ) -> None:
        named = (hints.repository or "").lower()
        self._named = named if any(each.full_name.lower() == named for each in repositories) else ""
        self._repositories = sorted(repositories, key=lambda each: each.full_name.lower() != named)
        self._refs = {each.id: self._ref(each, hints, deployed) for each in repositories}

    @classmethod
    def of(
        cls, session: Session, repositories: Sequence[SourceRepository], event: IngestEvent, context: dict[str, Any]
    ) -> SourceLinks:
        enabled = [repository for repository in repositories if repository.enabled]
        hints = SourceHints.of(context)
        deployed: dict[str, str] = {}
        release = event.release or hints.release
        if enabled and release:
            deployed = commits_of_release(session, event.project_id, release, event.environment)
        return cls(enabled, hints, deployed)

    def link(self, frame: Frame) -> SourceLink | None:
        # A library may lie below the root too, but not in the repository.
        if not frame.application_frame or library_of(frame.file):
            return None
        for repository in self._repositories:
            path = repository_path(repository, frame.file)
            if path is not None:
                ref = self._refs[repository.id]
                address = line_address(repository, ref, path, frame.line_number)
                return SourceLink(address, f"{repository.full_name} at {ref[:_COMMIT_SHOWN]}")
        return None

    def status(self, frame: Frame) -> str:
        """Why a frame has no link, as a word for programs; `LINKED` when it has one."""
        if not self._repositories:
            return NO_REPOSITORIES
        if self.link(frame) is not None:
            return LINKED
        return NOT_UNDER_ROOT if frame.application_frame and frame_path(frame.file) else NO_FILE

    def explain(self, frame: Frame) -> str | None:
        """Why the frame to look at has no link, as a sentence; None when it has one or no frame could have."""
        status = self.status(frame)
        if status == NO_REPOSITORIES:
            return "No source repository is connected, so frames do not link to their lines."
        if status != NOT_UNDER_ROOT:
            return None
        tried = [f"{each.full_name} ({each.runtime_root or 'relative paths'})" for each in self._repositories[:4]]
        return (
            f"No link to the source: {frame.file[:200]} is under the path of no repository. Tried: {', '.join(tried)}."
        )

    def _ref(self, repository: SourceRepository, hints: SourceHints, deployed: Mapping[str, str]) -> str:
        if self._named and repository.full_name.lower() != self._named:
            # Commit and branch are those of the repository that the event names.
            hints = SourceHints(None, None, None, hints.release)
        return reference(hints, deployed.get(repository.full_name), repository.default_branch)

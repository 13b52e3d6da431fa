"""What a payload says about a deployment: repository, commit, release and links (ingest chapter §10.4).

Read from the fields of the deployment endpoint and from event contexts alike. Both have their snake_case keys
by the time they get here, so only those are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from logister_core.ingest.normalization.source_context import (
    COMMIT,
    COMMIT_SHA,
    FULL_NAME,
    RELEASE,
    REPOSITORY,
    repository_name,
)
from logister_core.ingest.normalization.times import parse_time
from logister_core.ingest.normalization.values import at, dotted, first_text, is_blank

GITHUB_WEB: Final = "https://github.com"
_LINK_LENGTH: Final = 2048

_ENVIRONMENT = dotted("environment", "deployment.environment")
_BRANCH = dotted("branch", "git.branch", "github.branch", "deployment.branch", "ref", "github.ref")
_DEPLOYED_AT = dotted("deployed_at", "deployment.deployed_at")
_PULL_REQUEST_NUMBER = dotted(
    "pull_request_number", "pull_request.number", "github.pull_request.number",
    "github.event.pull_request.number", "deployment.pull_request_number",
)  # fmt: skip
_PULL_REQUEST_URL = dotted(
    "pull_request_url", "pull_request.html_url", "github.pull_request.html_url",
    "github.event.pull_request.html_url", "deployment.pull_request_url",
)  # fmt: skip
_RELEASE_TAG = dotted(
    "release_tag", "tag", "tag_name", "github.release.tag_name", "github.event.release.tag_name",
    "deployment.release_tag",
)  # fmt: skip
_RELEASE_URL = dotted(
    "release_url", "github_release_url", "github.release.html_url", "github.event.release.html_url",
    "deployment.release_url",
)  # fmt: skip
_LINKS: Final = {
    "compare_url": dotted("compare_url", "github.compare_url", "deployment.compare_url"),
    "workflow_run_url": dotted("workflow_run_url", "github.workflow_run_url", "deployment.workflow_run_url"),
    "deployment_url": dotted("deployment_url", "github.deployment_url", "deployment.url"),
}

_PULL_REF = re.compile(r"refs/pull/([0-9]+)/")


@dataclass(frozen=True, slots=True)
class DeploymentValues:
    repository: str | None
    """`owner/name` when valid; otherwise as far as it could be read, see `problems`."""
    commit_sha: str | None
    """Lower case; see `problems` for its validity."""
    release: str | None
    environment: str
    branch: str | None
    deployed_at: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    """pull_request_number, pull_request_url, release_tag, release_url, compare_url, workflow_run_url,
    deployment_url: those that are known. Links are client text: check the scheme before linking."""

    def problems(self) -> list[str]:
        """Why this cannot be stored, as the deployment endpoint says it; empty when complete."""
        found = []
        if self.release is None:
            found.append("Release can't be blank")
        if self.repository is None:
            found.append("Repository can't be blank")
        if self.commit_sha is None:
            found.append("Commit sha can't be blank")
        elif not COMMIT_SHA.fullmatch(self.commit_sha):
            found.append("Commit sha must be a 7 to 40 character commit SHA")
        if self.repository is not None and not FULL_NAME.fullmatch(self.repository):
            found.append("Repository full name must look like owner/repository")
        return found


def deployment_values(
    source: Mapping[str, Any],
    *,
    telemetry: bool,
    default_deployed_at: datetime,
    default_repository: str | None = None,
    github_web: str = GITHUB_WEB,
) -> DeploymentValues:
    """Everything `source` says, valid or not.

    For `telemetry` the time is `default_deployed_at` (the event's own), whatever the context says.
    `default_repository` stands in where none is named: the project's only source repository.
    """
    repository = repository_name(first_text(source, REPOSITORY)) or default_repository
    commit = first_text(source, COMMIT)
    reference = first_text(source, _BRANCH)
    return DeploymentValues(
        repository=repository,
        commit_sha=commit.lower() if commit else None,
        release=first_text(source, RELEASE),
        environment=first_text(source, _ENVIRONMENT) or "production",
        branch=reference.removeprefix("refs/heads/") if reference else None,
        deployed_at=default_deployed_at if telemetry else _deployed_at(source) or default_deployed_at,
        metadata=_metadata(source, repository, github_web),
    )


def _deployed_at(source: Mapping[str, Any]) -> datetime | None:
    sent = next((value for path in _DEPLOYED_AT if not is_blank(value := at(source, path))), None)
    return parse_time(sent)


def _metadata(source: Mapping[str, Any], repository: str | None, github_web: str) -> dict[str, str]:
    found = {
        "pull_request_number": first_text(source, _PULL_REQUEST_NUMBER) or _pull_number(source),
        "pull_request_url": first_text(source, _PULL_REQUEST_URL, _LINK_LENGTH),
        "release_tag": first_text(source, _RELEASE_TAG),
        "release_url": first_text(source, _RELEASE_URL, _LINK_LENGTH),
        **{name: first_text(source, paths, _LINK_LENGTH) for name, paths in _LINKS.items()},
    }
    if repository is not None and FULL_NAME.fullmatch(repository):
        number, tag = found["pull_request_number"], found["release_tag"]
        if number and not found["pull_request_url"]:
            found["pull_request_url"] = f"{github_web}/{repository}/pull/{quote(number, safe='')}"
        if tag and not found["release_url"]:
            found["release_url"] = f"{github_web}/{repository}/releases/tag/{quote(tag, safe='')}"
    return {name: value for name, value in found.items() if value is not None}


def _pull_number(source: Mapping[str, Any]) -> str | None:
    """From `refs/pull/42/merge`, which CI servers set as branch or ref."""
    for path in _BRANCH:
        reference = first_text(source, (path,))
        match = _PULL_REF.match(reference) if reference else None
        if match:
            return match.group(1)
    return None

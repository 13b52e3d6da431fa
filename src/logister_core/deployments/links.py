"""Where a deployment leads: to its commit, its changes, its pull request and its release, on the repository's host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from logister_core.deployments.models import ProjectDeployment
from logister_core.deployments.values import GITHUB_WEB
from logister_core.source_repositories.links import (
    commit_address,
    compare_address,
    pull_request_address,
    release_address,
)
from logister_core.source_repositories.models import Provider, SourceRepository


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class DeploymentLinks:
    """None where nothing is known, or where the host is only known by a template for files."""

    commit: str | None
    compare: str | None
    pull_request: Link | None
    release: str | None


def deployment_links(
    deployed: ProjectDeployment, previous_commit: str | None, repositories: Sequence[SourceRepository]
) -> DeploymentLinks:
    """`repositories` are those of the project."""
    repository = _repository(deployed.repository_full_name, repositories)
    details = deployed.details
    compare = web_address(details.get("compare_url"))
    if compare is None and previous_commit is not None:
        compare = compare_address(repository, previous_commit, deployed.commit_sha)
    number = str(details.get("pull_request_number") or "")
    pull = _stated(details, "pull_request_url", _on_github(deployed, pull_request_address, number))
    pull = pull or (pull_request_address(repository, number) if number else None)
    tag = str(details.get("release_tag") or "")
    release = _stated(details, "release_url", _on_github(deployed, release_address, tag))
    return DeploymentLinks(
        commit=commit_address(repository, deployed.commit_sha),
        compare=compare,
        pull_request=None if pull is None else Link(_pull_request_label(repository, number), pull),
        release=release or (release_address(repository, tag) if tag else None),
    )


def web_address(value: Any) -> str | None:
    """`value` when it leads to a web page. Clients send links, and `javascript:` is one of them."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.netloc else None


def _repository(name: str, repositories: Sequence[SourceRepository]) -> SourceRepository:
    """Deployments name repositories of GitHub unless one of the project says otherwise."""
    found = next((each for each in repositories if each.full_name.lower() == name.lower()), None)
    return found or _of_github(name)


def _of_github(name: str) -> SourceRepository:
    return SourceRepository(provider=Provider.GITHUB.value, full_name=name, web_url=GITHUB_WEB, link_template="")


def _on_github(deployed: ProjectDeployment, address: Any, value: str) -> str | None:
    """What intake wrote where nothing was stated: it knows no other host."""
    return address(_of_github(deployed.repository_full_name), value) if value else None


def _stated(details: dict[str, Any], name: str, inferred: str | None) -> str | None:
    address = web_address(details.get(name))
    return None if address == inferred else address


def _pull_request_label(repository: SourceRepository, number: str) -> str:
    if repository.provider == Provider.GITLAB:
        return f"MR !{number}" if number else "MR"
    return f"PR #{number}" if number else "PR"

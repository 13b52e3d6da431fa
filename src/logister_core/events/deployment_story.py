"""The deployment that an error came with, in words and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logister_core.deployments.group_context import DeploymentContext
from logister_core.deployments.links import Link, deployment_links
from logister_core.deployments.models import DeploymentSource, ProjectDeployment
from logister_core.source_repositories.models import SourceRepository
from logister_core.web.formatting import plural

SHORT_COMMIT = 7
# An error that starts later after a deployment of another release has nothing to do with it.
NEAR_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class DeploymentStory:
    """`sentence` is for the head, None when the deployment tells nothing about the error; `facts` are rows (label,
    text) and `links` lead to commit, changes, pull request and release.
    """

    sentence: str | None
    facts: list[tuple[str, str]]
    links: list[Link]


def deployment_story(context: DeploymentContext, repositories: Sequence[SourceRepository]) -> DeploymentStory:
    deployed = context.deployment
    facts = [
        ("Deployment", f"{deployed.release} in {deployed.environment}"),
        ("Deployed commit", f"{deployed.repository_full_name} at {deployed.commit_sha[:SHORT_COMMIT]}"),
        ("Deployed", _when(context)),
    ]
    if context.previous is not None:
        facts.append(("Before it", f"{context.previous.release} at {context.previous.commit_sha[:SHORT_COMMIT]}"))
    return DeploymentStory(_sentence(context), facts, _links(deployed, context.previous, repositories))


def _sentence(context: DeploymentContext) -> str | None:
    if not context.started_after:
        return None
    minutes = context.minutes_after
    after = minutes_text(minutes)
    release = context.deployment.release
    if context.exact_release and context.deployment.source == DeploymentSource.TELEMETRY:
        # Nobody announced it: what is known is when it first reported something, which may be this error.
        return f"Started {after} after the first event of {release}." if minutes else f"Started with {release}."
    if context.exact_release:
        return f"Started {after} after {release} was deployed."
    if minutes > NEAR_MINUTES:
        return None
    return f"Started {after} after the deployment of {release}, the last one before it."


def _when(context: DeploymentContext) -> str:
    words = minutes_text(abs(context.minutes_after))
    return f"{words} before the first occurrence" if context.started_after else f"{words} after the first occurrence"


def minutes_text(minutes: int) -> str:
    if minutes < 120:
        return plural(minutes, "minute")
    return plural(minutes // 60, "hour") if minutes < 48 * 60 else plural(minutes // (24 * 60), "day")


def _links(
    deployed: ProjectDeployment, previous: ProjectDeployment | None, repositories: Sequence[SourceRepository]
) -> list[Link]:
    links = deployment_links(deployed, None if previous is None else previous.commit_sha, repositories)
    candidates = (
        Link(f"Commit {deployed.commit_sha[:SHORT_COMMIT]}", links.commit) if links.commit else None,
        Link("Changes", links.compare) if links.compare else None,
        links.pull_request,
        Link("Release", links.release) if links.release else None,
    )
    return [link for link in candidates if link is not None]

"""The numbers and news of a group, for the lines below its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from logister_core.deployments.group_context import DeploymentContext
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.story import grouped_by, news, people
from logister_core.events.deployment_story import DeploymentStory, deployment_story
from logister_core.events.frequency import Frequency
from logister_core.source_repositories.models import SourceRepository


@dataclass(frozen=True, slots=True)
class GroupStory:
    """`events` is the lifetime counter, `people` is short and in words, None when no event named a user. `grouped_by`
    is what decided, `grouping` the facts behind it; `deployment` is the one the error came with.
    """

    uuid: UUID
    open: bool
    events: int
    people: tuple[str, str] | None
    first_seen: datetime
    first_release: str | None
    last_seen: datetime
    last_release: str | None
    frequency: Frequency
    news: tuple[str, str] | None
    grouped_by: str
    grouping: list[tuple[str, str]]
    deployment: DeploymentStory | None


def group_story(
    group: ErrorGroup,
    *,
    frequency: Frequency,
    deployment: DeploymentContext | None,
    repositories: Sequence[SourceRepository],
    now: datetime,
    closed_by: str | None = None,
) -> GroupStory:
    decided, facts = grouped_by(group)
    return GroupStory(
        uuid=group.uuid,
        open=group.open,
        events=group.occurrence_count,
        people=people(group),
        first_seen=group.first_seen_at,
        first_release=group.introduced_in_release,
        last_seen=group.last_seen_at,
        last_release=group.last_seen_release,
        frequency=frequency,
        news=news(group, now, closed_by),
        grouped_by=decided,
        grouping=facts,
        deployment=None if deployment is None else deployment_story(deployment, repositories),
    )

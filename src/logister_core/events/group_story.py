"""The numbers and news of a group, for the lines below its title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from logister_core.deployments.group_context import DeploymentContext
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.story import grouped_by, news
from logister_core.events.deployment_story import DeploymentStory, deployment_story
from logister_core.events.frequency import Frequency
from logister_core.events.queries import PEOPLE_AMONG, People
from logister_core.source_repositories.models import SourceRepository
from logister_core.web.formatting import plural


@dataclass(frozen=True, slots=True)
class GroupStory:
    """`events` is the lifetime counter, `people` None when no event names a user. `grouped_by` is what decided,
    `grouping` the facts behind it; `deployment` is the one the error came with.
    """

    uuid: UUID
    open: bool
    events: int
    people: People | None
    first_seen: datetime
    first_release: str | None
    last_seen: datetime
    last_release: str | None
    frequency: Frequency
    news: tuple[str, str] | None
    grouped_by: str
    grouping: list[tuple[str, str]]
    deployment: DeploymentStory | None

    @property
    def people_note(self) -> str:
        """How people are counted."""
        among = (
            "of all stored occurrences"
            if self.people is None or self.people.all_counted
            else (f"of the latest {PEOPLE_AMONG:,} occurrences")
        )
        return f"Different user ids {among}"


def group_story(
    group: ErrorGroup,
    *,
    people: People,
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
        people=people if people.number else None,
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


def people_text(people: People | None) -> str | None:
    """ "38 people in the last 1,000 events"; None when nobody is named."""
    if people is None:
        return None
    words = plural(people.number, "person", "people")
    return words if people.all_counted else f"{words} in the last {PEOPLE_AMONG:,}"

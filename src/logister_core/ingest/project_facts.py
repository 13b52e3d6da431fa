"""What intake remembers of a project beside each of its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from logister_core.projects.models import Project


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    id: int
    uuid: UUID
    integration_kind: str
    mobile: bool
    # Of kind android or ios.
    grouping_strategy: str
    requests_override: int | None = None
    period_override: int | None = None
    # seconds
    auth_failures_override: int | None = None
    # Rate limits of the project; None leaves the installation's.
    allowed_origins: frozenset[str] = frozenset()
    # Pages of these may send telemetry from a browser.

    @classmethod
    def of(cls, project: Project) -> Self:
        return cls(
            id=project.id,
            uuid=project.uuid,
            integration_kind=project.integration_kind,
            mobile=project.mobile,
            grouping_strategy=project.grouping_strategy,
            requests_override=project.public_api_rate_limit_requests_override,
            period_override=project.public_api_rate_limit_period_seconds_override,
            auth_failures_override=project.public_api_auth_failure_rate_limit_requests_override,
            allowed_origins=frozenset(project.allowed_origins or ()),
        )

"""What the monitors' page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.state import MonitorState
from logister_core.monitors.transitions import RUN_FAILED
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request

PER_PAGE = 50

# Failing first, then silent, then what runs, then what nobody wants to hear of.
ORDER = (MonitorState.ERROR, MonitorState.MISSED, MonitorState.OK, MonitorState.PAUSED)


@dataclass(frozen=True, slots=True)
class MonitorRow:
    uuid: UUID
    slug: str
    environment: str
    state: MonitorState
    paused: bool
    last_check_in_at: datetime
    interval_seconds: int
    next_expected_at: datetime
    failures: tuple[bool, ...]
    # Of the latest runs, the oldest first: whether each failed.


@dataclass(frozen=True, slots=True)
class MonitorPage:
    """`unhealthy` and `total` count all monitors of the project, `rows` are those of one page."""

    rows: Sequence[MonitorRow]
    total: int
    unhealthy: int
    number: int
    is_last: bool


class MonitorQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> MonitorQuery:
        return cls(request.db)

    def page(self, project: Project, *, number: int, now: datetime) -> MonitorPage:
        """Page `number`, from 1; the unhealthy come first, then by name. Past the end it is the last page."""
        monitors = self._session.scalars(select(CheckInMonitor).where(CheckInMonitor.project_id == project.id)).all()
        # States depend on the time, so they are sorted here; a project has tens of monitors, not thousands.
        states = [(monitor, monitor.state_at(now)) for monitor in monitors]
        states.sort(key=lambda pair: (ORDER.index(pair[1]), pair[0].slug, pair[0].environment))
        number = max(1, min(number, -(-len(states) // PER_PAGE)))
        shown = states[(number - 1) * PER_PAGE : number * PER_PAGE]
        return MonitorPage(
            rows=[_row(monitor, state) for monitor, state in shown],
            total=len(states),
            unhealthy=sum(state.unhealthy for _, state in states),
            number=number,
            is_last=number * PER_PAGE >= len(states),
        )


def _row(monitor: CheckInMonitor, state: MonitorState) -> MonitorRow:
    return MonitorRow(
        uuid=monitor.uuid,
        slug=monitor.slug,
        environment=monitor.environment,
        state=state,
        paused=monitor.monitoring_paused_at is not None,
        last_check_in_at=monitor.last_check_in_at,
        interval_seconds=monitor.expected_interval_seconds,
        next_expected_at=monitor.last_check_in_at + timedelta(seconds=monitor.expected_interval_seconds),
        failures=tuple(run == RUN_FAILED for run in monitor.recent_runs),
    )

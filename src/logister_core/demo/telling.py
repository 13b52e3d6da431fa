"""Sending the story, chapter by chapter: what people decide takes effect between what happens before and after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.demo.client import Clients
from logister_core.demo.state import DemoState
from logister_core.demo.story import DECISIONS, SERVICES, Decision, reports
from logister_core.demo.telemetry import Report
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.services import TriageService
from logister_core.outbox.models import DeliveryStatus, TelemetryDelivery
from logister_core.projects.models import Project

# Reports on their way at once, and after how many the place in the story is noted.
THREADS = 12
AT_ONCE = 240

# A server that has not worked off its queue by then does no background work.
PATIENCE_SECONDS = 120


class StoryInterrupted(Exception):
    """The server refused a report or stopped working; the sentence says which."""


def tell(
    engine: Engine, home: Path, state: DemoState, base_url: str, progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Send what has not been sent and wait until it is grouped; how many reports each service made in all.

    `progress(sent, all)` is called now and then. Raises `StoryInterrupted`.
    """
    story = reports(state.until, state.scale)
    clients = Clients(base_url, state.tokens, state.projects, {service.key for service in SERVICES if service.locals})
    decisions = sorted(DECISIONS, key=lambda decision: -decision.days)
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            for end, decision in _chapters(story, decisions, state.until):
                while state.sent < end:
                    part = story[state.sent : min(state.sent + AT_ONCE, end)]
                    _send(threads, clients, part, state.sent)
                    state.sent += len(part)
                    state.save(home)
                    progress(state.sent, len(story))
                _wait_until_grouped(engine)
                if decision is not None:
                    _decide(engine, state, decision)
    finally:
        clients.close()
    state.finished = True
    state.save(home)
    return {service.key: sum(report.service == service.key for report in story) for service in SERVICES}


def _chapters(story: list[Report], decisions: list[Decision], until: datetime) -> Iterator[tuple[int, Decision | None]]:
    """(number of the first report after it, decision), and the rest of the story without a decision."""
    for decision in decisions:
        moment = until - timedelta(days=decision.days)
        yield sum(report.at < moment for report in story), decision
    yield len(story), None


def _send(threads: ThreadPoolExecutor, clients: Clients, part: list[Report], first: int) -> None:
    sent = [threads.submit(clients.send, report, first + number) for number, report in enumerate(part)]
    for future in sent:
        error = future.exception()
        if error is not None:
            reason = error.__cause__ or error
            raise StoryInterrupted(f"the server did not take a report: {reason}") from error


def _wait_until_grouped(engine: Engine) -> None:
    unfinished = select(func.count()).where(TelemetryDelivery.status != DeliveryStatus.COMPLETED.value)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with read_transaction(engine) as session:
            if not session.scalar(unfinished):
                return
        time.sleep(0.1)
    raise StoryInterrupted("what was sent is not being grouped; the server does no background work")


def _decide(engine: Engine, state: DemoState, decision: Decision) -> None:
    """Let the decision have been made at its moment. Made already, it changes nothing."""
    moment = state.until - timedelta(days=decision.days)
    with write_transaction(engine) as session:
        project = session.scalars(select(Project).where(Project.uuid == UUID(state.projects[decision.service]))).one()
        for uuid in _open_groups(session, project, decision, moment):
            triage = TriageService(session, lambda: moment)
            group = triage.locked(project, uuid)
            if group is not None:
                triage.apply(decision.action, [group])


def _open_groups(session: Session, project: Project, decision: Decision, moment: datetime) -> list[UUID]:
    """Those it is about; not those that came back since."""
    return list(
        session.scalars(
            select(ErrorGroup.uuid).where(
                ErrorGroup.project_id == project.id,
                ErrorGroup.subtitle == decision.exception,
                ErrorGroup.title.contains(decision.title),
                ErrorGroup.last_seen_at < moment,
            )
        )
    )

"""Background entry points of second factors."""

from __future__ import annotations

from logister_core.db.cleanup import delete_in_portions
from logister_core.second_factors.models import SignInStep
from logister_core.tasks import Task, actor


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_ended_steps(task: Task) -> None:
    """Remove steps that nobody took in time; a second run finds none."""
    delete_in_portions(task.engine, SignInStep, SignInStep.expires_at <= task.registry.clock())

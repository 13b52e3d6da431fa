"""Whether background work is done: Redis in its roles, and workers with enough connections to the database."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from sqlalchemy import select

from logister_core.administration.installation.checks.redis_facts import (
    connect,
    queue_facts,
    server_facts,
    unreachable,
    worker_facts,
)
from logister_core.administration.installation.sections import Diagnosis, Examination
from logister_core.db.sessions import read_transaction
from logister_core.settings import Settings
from logister_core.tasks.models import RecurringJobState


def check_background_jobs(examination: Examination) -> Diagnosis:
    details: dict[str, Any] = {"scheduler": _scheduler(examination)}
    settings = examination.settings
    if settings.tasks.queue_url is None:
        return _inside(examination, details)
    for role, url in (("queue", settings.tasks.queue_url), ("rate limits", settings.tasks.rate_limit_url)):
        problem = None if url is None else unreachable(url)
        if problem is not None:
            details |= {"redis_reachable": False, "error_class": problem}
            return Diagnosis(False, f"The Redis of the {role} does not answer.", details)
    with closing(connect(settings.tasks.queue_url)) as client:
        details |= {"redis_reachable": True, "redis_roles": _roles(settings), "redis": server_facts(client)}
        details |= queue_facts(client, examination.now)
        workers = worker_facts(client)
    details["worker_processes"] = len(workers)
    details["worker_database_pools"] = [
        {key: worker.get(key) for key in ("hostname", "pid", "size", "required", "worker_threads", "valid", "version")}
        for worker in workers
    ]
    details["database_pool"] = {"size": settings.worker_pool_size, "required": settings.worker_pool_required}
    details["worker_pool_validation_source"] = "worker_heartbeats" if workers else "local_process_fallback"
    if not workers:
        return Diagnosis(False, "Redis answers, but no worker is there: start one with `logister worker`.", details)
    if not all(worker.get("valid") == "true" for worker in workers):
        return Diagnosis(
            False, "Workers have fewer connections to the database than threads need: raise DB_POOL.", details
        )
    return Diagnosis(True, f"Redis answers, and {_processes(len(workers))} at work.", details)


def _inside(examination: Examination, details: dict[str, Any]) -> Diagnosis:
    settings = examination.settings
    details |= {"worker_processes": 0, "redis_roles": _roles(settings)}
    details["database_pool"] = {"size": settings.web_pool_size, "required": settings.worker_pool_required}
    if settings.web_pool_size < settings.worker_pool_required:
        return Diagnosis(False, "The database pool is smaller than background work needs: raise DB_POOL.", details)
    return Diagnosis(True, "Background work runs inside the web process, because no Redis is set.", details)


def _roles(settings: Settings) -> dict[str, str]:
    urls = {"queue": settings.tasks.queue_url, "rate_limits": settings.tasks.rate_limit_url}
    return {role: "inside the web process" if url is None else "reachable" for role, url in urls.items()}


def _scheduler(examination: Examination) -> dict[str, dict[str, str | None]]:
    with read_transaction(examination.registry.engine) as db:
        states = {state.name: state for state in db.scalars(select(RecurringJobState))}
    return {
        name: {
            "completed_at": state.completed_at.isoformat() if state and state.completed_at else None,
            "failed_at": state.failed_at.isoformat() if state and state.failed_at else None,
        }
        for name in sorted(examination.registry.recurring_jobs)
        for state in [states.get(name)]
    }


def _processes(number: int) -> str:
    return "1 worker process is" if number == 1 else f"{number} worker processes are"

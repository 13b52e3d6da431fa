"""Counting requests, to keep one client from taking what all need (specification, ingest chapter §3.2 to §3.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from logister_core.ingest.credentials import Credential, DeadCredential
from logister_core.ingest.endpoints import Endpoint
from logister_core.ingest.errors import RateLimited

if TYPE_CHECKING:
    from logister_core.rate_limits import RateLimiter, Verdict
    from logister_core.settings import IntakeSettings

ALL_ENDPOINTS = "all"


class Guards:
    """Each method counts and says how that stands; None when the counters cannot be reached: then all are let through.

    Who runs out is told by `enforce`. `settings` are asked for each time: administrators change them.
    """

    def __init__(self, limiter: RateLimiter, settings: Callable[[], IntakeSettings]) -> None:
        self._limiter = limiter
        self._settings = settings

    def address(self, ip: str) -> Verdict | None:
        """Any request, before anything of it is looked at."""
        settings = self._settings()
        return self._limiter.hit(
            "pre_auth",
            ALL_ENDPOINTS,
            f"ip:{ip}",
            limit=settings.pre_auth_limit_requests,
            period=settings.rate_limit_period,
        )

    def accepted(self, credential: Credential, endpoint: Endpoint, amount: int = 1) -> Verdict | None:
        """Requests (of a batch: events) with a live token."""
        project, settings = credential.project, self._settings()
        return self._limiter.hit(
            "accepted",
            endpoint.label,
            credential.identity,
            limit=project.requests_override or settings.rate_limit_requests,
            period=project.period_override or settings.rate_limit_period,
            amount=amount,
        )

    def failed(self, dead: DeadCredential, ip: str) -> Verdict | None:
        """A request without a live token."""
        project, settings = dead.project, self._settings()
        limit = project.auth_failures_override if project else None
        period = project.period_override if project else None
        return self._limiter.hit(
            "auth_failure",
            ALL_ENDPOINTS,
            f"ip:{ip}",
            limit=limit or settings.auth_failure_limit_requests,
            period=period or settings.rate_limit_period,
        )


def enforce(verdict: Verdict | None) -> None:
    """Raise `RateLimited` when that was one too many."""
    if verdict is not None and verdict.limited:
        raise RateLimited(limit=verdict.limit, window_seconds=verdict.window_seconds, retry_after=verdict.retry_after)

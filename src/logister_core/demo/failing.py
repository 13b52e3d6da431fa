"""Reporting what really fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from logister_core.demo.telemetry import Client


def failure_of(work: Callable[[], Any]) -> Exception:
    """The exception that `work` raises, with a traceback that begins in the service."""
    try:
        work()
    except Exception as error:
        # The first two entries are this function and the lambda that called the service.
        inside = error.__traceback__
        for _ in range(2):
            inside = inside.tb_next if inside is not None else None
        return error.with_traceback(inside)
    raise AssertionError("the demo's services fail when they are told to")


def report_failure(client: Client, at: datetime, work: Callable[[], Any], **fields: Any) -> None:
    client.capture_exception(failure_of(work), occurred_at=at, **fields)

"""Occurrences per UTC day, for the small charts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session

from logister_core.db.among import among_named
from logister_core.error_groups.models import ErrorOccurrence

_DAY = timedelta(days=1)


def start_of_day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def daily_counts(session: Session, group_ids: Collection[int], *, now: datetime, days: int) -> dict[int, list[int]]:
    """By group: one number per day, oldest first, today included; groups without occurrences have zeros. One query."""
    trends = {group_id: [0] * days for group_id in group_ids}
    if not group_ids:
        return trends
    first = start_of_day(now) - (days - 1) * _DAY
    starts = {f"start_{number}": first + number * _DAY for number in range(days + 1)}
    for group_id, *counts in session.execute(_counting(days), {"group_ids": list(group_ids), **starts}):
        trends[group_id] = counts
    return trends


@cache
def _counting(days: int) -> Select[*tuple[Any, ...]]:
    """Each day is a condition of its own instead of a function that cuts times into days, so that both databases read
    the same narrow index and mean the same day.
    """
    moment = ErrorOccurrence.occurred_at
    starts: list[BindParameter[Any]] = [bindparam(f"start_{number}") for number in range(days + 1)]
    each = (func.count().filter(moment >= starts[day], moment < starts[day + 1]) for day in range(days))
    return (
        select(ErrorOccurrence.error_group_id, *each)
        .where(among_named(ErrorOccurrence.error_group_id, "group_ids"), moment >= starts[0])
        .group_by(ErrorOccurrence.error_group_id)
    )

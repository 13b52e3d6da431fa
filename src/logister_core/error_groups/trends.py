"""Occurrences per UTC day, for the small charts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.db.among import among
from logister_core.error_groups.models import ErrorOccurrence

_DAY = timedelta(days=1)


def start_of_day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def daily_counts(session: Session, group_ids: Collection[int], *, now: datetime, days: int) -> dict[int, list[int]]:
    """By group: one number per day, oldest first, today included; groups without occurrences have zeros.

    One query for all groups. Each day is a condition of its own instead of a function that cuts times into days, so
    that both databases read the same narrow index and mean the same day.
    """
    trends = {group_id: [0] * days for group_id in group_ids}
    if not group_ids:
        return trends
    first = start_of_day(now) - (days - 1) * _DAY
    moment = ErrorOccurrence.occurred_at
    starts = [first + number * _DAY for number in range(days)]
    rows = session.execute(
        select(
            ErrorOccurrence.error_group_id,
            *(func.count().filter(moment >= start, moment < start + _DAY) for start in starts),
        )
        .where(among(ErrorOccurrence.error_group_id, group_ids), moment >= first)
        .group_by(ErrorOccurrence.error_group_id)
    )
    for group_id, *counts in rows:
        trends[group_id] = counts
    return trends

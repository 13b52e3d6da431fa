"""How often a group occurred lately: by hour and by day, from one look at its occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from logister_core.error_groups.models import ErrorOccurrence
from logister_core.error_groups.trends import start_of_day

HOURS = 24
DAYS = 30

_HOUR = timedelta(hours=1)


class hour_number(GenericFunction[int]):
    """The whole hours from 1970 to a time, in UTC."""

    type = BigInteger()
    inherit_cache = True


@compiles(hour_number)
def _of_text(element: hour_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER) / 3600"


@compiles(hour_number, "postgresql")
def _of_time(element: hour_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **kw)}) / 3600) AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Frequency:
    """Occurrences by hour of the last 24 and by UTC day of the last 30, oldest first, the running ones included."""

    hours: list[int]
    days: list[int]


_AT = hour_number(ErrorOccurrence.occurred_at).label("hour")
_BY_HOUR = (
    select(_AT, func.count())
    .where(ErrorOccurrence.error_group_id == bindparam("group_id"), ErrorOccurrence.occurred_at >= bindparam("since"))
    .group_by(_AT)
)


def frequency(session: Session, group_id: int, now: datetime) -> Frequency:
    first_day = start_of_day(now) - (DAYS - 1) * timedelta(days=1)
    counts = dict(session.execute(_BY_HOUR, {"group_id": group_id, "since": first_day}).all())
    this_hour, start = _number(now), _number(first_day)
    days = [0] * DAYS
    for number, count in counts.items():
        day = (number - start) // 24
        # Clocks of clients may be ahead of ours.
        if day < DAYS:
            days[day] += count
    return Frequency([counts.get(number, 0) for number in range(this_hour - HOURS + 1, this_hour + 1)], days)


def _number(moment: datetime) -> int:
    return int(moment.timestamp() // _HOUR.total_seconds())

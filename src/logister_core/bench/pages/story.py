"""What the database is filled with: months of telemetry of many projects, a few of them far busier than the others."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from logister_core.ids import uuid7
from logister_core.ingest.body import pack_body

DAYS = 30
PEOPLE = 5_000
# Kinds of events and how many of a thousand are of that kind.
MIX = {"error": 500, "log": 300, "transaction": 120, "metric": 60, "check_in": 20}
STATUSES = {"unresolved": 700, "resolved": 150, "ignored": 100, "archived": 50}
WORDS = ("order", "customer", "payment", "basket", "invoice", "stock", "parcel", "voucher", "session", "address")
RELEASES = tuple(f"1.{minor}.{patch}" for minor in range(5) for patch in range(4))


@dataclass(frozen=True)
class Size:
    events: int
    groups: int
    projects: int


@dataclass(slots=True)
class Group:
    id: int
    project: int
    uuid: UUID
    title: str
    status: str
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    last_event: tuple[int, UUID] | None = None
    release: str = RELEASES[0]


@dataclass(slots=True)
class Seen:
    first: datetime
    last: datetime | None = None
    events: int = 0
    errors: int = 0

    def count(self, at: datetime, is_error: bool) -> None:
        self.last, self.events, self.errors = at, self.events + 1, self.errors + is_error


@dataclass
class Story:
    """Made in the order in which it happened; the same for the same size but for the ids. Ids begin with 1."""

    size: Size
    until: datetime
    groups: list[Group] = field(default_factory=list)
    occurrences: list[tuple[int, int, UUID, datetime]] = field(default_factory=list)
    """Group id, event id, event uuid, time."""
    days: Counter[tuple[int, date, bool]] = field(default_factory=Counter)
    """Events by project, day and whether they are errors."""
    releases: dict[tuple[int, str], Seen] = field(default_factory=dict)
    """By project and release."""

    def __post_init__(self) -> None:
        self._random = random.Random(4)  # noqa: S311
        weights = [1 / rank for rank in range(1, self.size.projects + 1)]
        self._weights = list(itertools.accumulate(weights))
        self._of_project: list[list[Group]] = [[] for _ in weights]
        titles = itertools.count(1)
        for project, share in enumerate(_shares(weights, self.size.groups), 1):
            for _ in range(share):
                self._add_group(project, next(titles))

    def events(self) -> Iterator[dict[str, Any]]:
        """Rows of `ingest_events`, oldest first; groups and occurrences are complete afterwards."""
        bodies = [_body(number) for number in range(20)]
        kinds, shares = list(MIX), list(itertools.accumulate(MIX.values()))
        step = timedelta(days=DAYS) / self.size.events
        choose = self._random
        projects = range(1, self.size.projects + 1)
        for number in range(1, self.size.events + 1):
            at = self.until - timedelta(days=DAYS) + step * number
            [project] = choose.choices(projects, cum_weights=self._weights)
            [kind] = choose.choices(kinds, cum_weights=shares)
            row = self._event(number, at, project, kind, bodies[number % len(bodies)])
            is_error = kind == "error"
            self.days[project, at.date(), is_error] += 1
            self.releases.setdefault((project, row["release"]), Seen(at)).count(at, is_error)
            yield row

    def _add_group(self, project: int, number: int) -> None:
        [status] = self._random.choices(list(STATUSES), weights=list(STATUSES.values()))
        title = f"{WORDS[number % 10].title()}Error: {WORDS[number // 10 % 10]} {number} was not found"
        group = Group(number, project, uuid7(), title, status)
        self.groups.append(group)
        self._of_project[project - 1].append(group)

    def _event(self, number: int, at: datetime, project: int, kind: str, body: bytes) -> dict[str, Any]:
        choose = self._random
        release = RELEASES[min(int((1 - (self.until - at) / timedelta(days=DAYS)) * len(RELEASES)), len(RELEASES) - 1)]
        uuid = uuid7(int(at.timestamp() * 1000))
        row = dict(_EMPTY) | {
            "id": number, "batch_id": number // 50 + 1, "project_id": project, "api_key_id": project, "uuid": uuid,
            "occurred_at": at, "received_at": at, "event_type": kind, "release": release, "body": body,
            "service": choose.choice(("web", "worker", "cron")), "end_user_id": str(choose.randrange(PEOPLE)),
            "environment": "production" if choose.random() < 0.9 else "staging",
            "trace_id": f"{number // 5:032x}", "request_id": f"req-{number // 5}",
        }  # fmt: skip
        if kind == "error":
            groups = self._of_project[project - 1]
            group = groups[int(len(groups) * choose.random() ** 3)]
            self._count(group, row)
            return row | {"level": "error", "message": group.title, "grouping_key": f"stack:{group.id}"}
        word = choose.choice(WORDS)
        if kind == "log":
            level = choose.choices(("info", "warning", "error"), weights=(90, 8, 2))[0]
            return row | {"level": level, "message": f"{word} {number} was looked at by step {number % 97}"}
        if kind == "transaction":
            name = f"POST /{word}s"
            return row | {"message": name, "transaction_name": name, "duration_ms": choose.expovariate(1 / 80)}
        if kind == "metric":
            return row | {"message": f"{word}.count", "metric_value": choose.random() * 100, "metric_unit": "items"}
        return row | {"message": f"nightly-{word}", "status_code": "ok", "duration_ms": 1200.0}

    def _count(self, group: Group, row: dict[str, Any]) -> None:
        at = row["occurred_at"]
        if group.first is None:
            group.first, group.release = at, row["release"]
        group.count, group.last, group.last_event = group.count + 1, at, (row["id"], row["uuid"])
        self.occurrences.append((group.id, row["id"], row["uuid"], at))


_EMPTY: dict[str, Any] = {
    "time_precision": "exact",
    "indexes_deployment": False,
    "level": None,
    "fingerprint": None,
    "grouping_strategy": None,
    "grouping_key": None,
    "exception_class": None,
    "culprit": None,
    "session_id": None,
    "transaction_name": None,
    "status_code": None,
    "duration_ms": None,
    "metric_value": None,
    "metric_unit": None,
    "tags": None,
}


def _shares(weights: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to the weights, at least 1, that make up about `total`."""
    return [max(round(total * weight / sum(weights)), 1) for weight in weights]


def _body(number: int) -> bytes:
    """What a client sends with an error: a stack with source lines, the request, the person."""
    frames = [
        {
            "filename": f"shop/{word}s.py",
            "lineno": 40 + at,
            "name": f"change_{word}",
            "pre_context": [f"    {word} = find({word}_id)"] * 4,
            "context_line": f"    return {word}.total({number})",
            "post_context": ["", f"def forget_{word}():"] * 2,
        }
        for at, word in enumerate(WORDS * 2)
    ]
    context = {
        "exception": {"class": "KeyError", "message": f"'customer_{number}'", "frames": frames},
        "request": {"method": "POST", "path": "/orders", "headers": {"User-Agent": "Mozilla/5.0"}},
        "user": {"id": str(number), "plan": "business"},
        "tags": {"tenant": f"tenant-{number}"},
    }
    return pack_body(context, ip="192.0.2.1", user_agent="bench")

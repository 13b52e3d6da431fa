"""When things happen: two weeks with days and nights, and the releases in them."""

from __future__ import annotations

import bisect
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1

LENGTH = timedelta(days=14)

# How busy an hour of the day is (UTC), relative to the busiest.
_BUSY = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 9, 9, 9, 8, 9, 10, 12, 14, 14, 12, 8, 4)


@dataclass(frozen=True)
class Release:
    """`since` is how long before the end of the story it was deployed."""

    name: str
    since: timedelta
    repository: str

    @property
    def commit(self) -> str:
        return sha1(f"{self.repository}@{self.name}".encode(), usedforsecurity=False).hexdigest()


class Timeline:
    """The two weeks that end at `until`. The same `until` and name give the same moments."""

    def __init__(self, until: datetime, name: str) -> None:
        self.until = until
        self.random = random.Random(f"{until.isoformat()} {name}")  # noqa: S311 - a story, not a secret

    def ago(self, **before: float) -> datetime:
        """`before` are arguments of timedelta: so long before the end."""
        return self.until - timedelta(**before)

    def moments(self, count: int, *, days: tuple[float, float] = (14, 0)) -> list[datetime]:
        """`count` moments between `days` days ago, more of them when people are awake; in order."""
        first, last = days
        found: list[datetime] = []
        while len(found) < count:
            moment = self.ago(days=self.random.uniform(last, first))
            if self.random.random() * max(_BUSY) < _BUSY[moment.hour]:
                found.append(moment)
        return sorted(found)

    def every(self, *, hours: float, minute: float = 0, days: tuple[float, float] = (14, 0)) -> list[datetime]:
        """Regular moments, oldest first, with a few seconds of delay each."""
        first, last = days
        step = timedelta(hours=hours)
        start = self.ago(days=first).replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
        end = self.ago(days=last)
        moments = (start + number * step for number in range(int(timedelta(days=first) / step) + 1))
        delayed = (moment + timedelta(seconds=self.random.uniform(0.2, 9)) for moment in moments)
        return [moment for moment in delayed if self.until - LENGTH <= moment < end]

    def release_at(self, releases: list[Release], moment: datetime) -> Release:
        """The one that ran at `moment`; `releases` in order of deployment."""
        deployed = [self.until - release.since for release in releases]
        return releases[max(bisect.bisect_right(deployed, moment) - 1, 0)]

"""One thing that a service reports, and the ids that tie such things together."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from logister_core.demo.timeline import Release, Timeline

# `logister.LogisterClient`, which is only there when the extra is installed.
Client: TypeAlias = Any


@dataclass(frozen=True)
class Report:
    """`send` makes exactly one call of the client, which carries release, repository and commit already."""

    at: datetime
    service: str
    release: Release
    send: Callable[[Client], object]


@dataclass
class Reporter:
    """Collects what one service reports."""

    service: str
    timeline: Timeline
    releases: list[Release]
    scale: float
    reports: list[Report] = field(default_factory=list)

    @property
    def random(self) -> random.Random:
        return self.timeline.random

    def count(self, number: int, *, least: int = 1) -> int:
        """`number` at full scale; at a smaller one fewer, but never fewer than `least`."""
        return max(round(number * self.scale), least)

    def report(self, at: datetime, send: Callable[[Client], object], *, release: Release | None = None) -> None:
        self.reports.append(Report(at, self.service, release or self.timeline.release_at(self.releases, at), send))

    def deployments(self) -> None:
        """Announce every release when it was deployed, the first one at the latest when the story begins."""
        before = None
        for release in self.releases:
            self._deployment(release, before)
            before = release

    def _deployment(self, release: Release, before: Release | None) -> None:
        deployed_at = max(self.timeline.until - release.since, self.timeline.ago(days=14))
        base = f"https://github.com/{release.repository}"
        links = {"workflow_run_url": f"{base}/actions/runs/{int(release.commit[:7], 16)}"}
        if before is not None:
            links["compare_url"] = f"{base}/compare/{before.name}...{release.name}"
        self.report(
            deployed_at,
            lambda client: client.record_deployment(release=release.name, deployed_at=deployed_at, **links),
            release=release,
        )


@dataclass(frozen=True)
class Trace:
    """Ids of one request as all services write them."""

    trace_id: str
    request_id: str

    @classmethod
    def new(cls, source: random.Random) -> Trace:
        return cls(f"{source.getrandbits(128):032x}", f"req-{source.getrandbits(64):016x}")

    def ids(self) -> dict[str, str]:
        return {"trace_id": self.trace_id, "request_id": self.request_id}


def span_id(source: random.Random) -> str:
    return f"{source.getrandbits(64):016x}"


@dataclass(frozen=True)
class Span:
    """A piece of work inside a trace; `duration` in milliseconds."""

    name: str
    kind: str
    started: datetime
    duration: float
    span_id: str
    parent_id: str | None = None
    failed: bool = False

    def report(self, reporter: Reporter, trace: Trace, transaction: str, **context: Any) -> None:
        reporter.report(
            self.started,
            lambda client: client.capture_span(
                self.name,
                self.duration,
                kind=self.kind,
                span_id=self.span_id,
                parent_span_id=self.parent_id,
                started_at=self.started,
                ended_at=self.started + timedelta(milliseconds=self.duration),
                status="error" if self.failed else "ok",
                context={"service": reporter.service, "transaction_name": transaction, **context},
                **trace.ids(),
            ),
        )

"""What the jobs went through: programs that start, do their work, check in, and sometimes fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from logister_core.demo.deployed import deploy
from logister_core.demo.failing import report_failure
from logister_core.demo.services.nightly import worker
from logister_core.demo.telemetry import Reporter, Span, Trace, span_id
from logister_core.demo.timeline import Release, Timeline

SERVICE = "nightly"
REPOSITORY = "fernwood/nightly"
# Scaled down, a job still runs so often.
LEAST_RUNS = 4

RELEASES = [
    Release("1.8.0", timedelta(days=30), REPOSITORY),
    Release("1.8.1", timedelta(days=6.6), REPOSITORY),
    Release("1.9.0", timedelta(days=1.4), REPOSITORY),
]


@dataclass(frozen=True)
class Job:
    """`hours` between two runs; `seconds` it usually takes; it runs no more for the last `silent` days."""

    name: str
    hours: float
    minute: int
    seconds: float
    work: str
    silent: float = 0


# (from, to, what the job is given) in days before the end: every run in between fails.
Outage = tuple[float, float, Callable[[datetime], dict[str, Any]]]

JOBS = (
    Job("nightly-backup", 24, 30, 340, "backed up {rows} rows"),
    Job("category-tree", 24, 10, 12, "rebuilt {rows} categories"),
    Job("invoice-export", 3, 5, 28, "delivered {rows} invoices"),
    Job("stock-sync", 4, 20, 55, "compared {rows} stock levels"),
    # Nobody noticed that it was left out of the crontab of 1.9.0.
    Job("price-feed", 6, 40, 75, "loaded {rows} prices", silent=1.4),
)

_CATEGORIES = {"ferns": "shade", "shade": "indoor", "palms": "trees", "indoor": "trees", "trees": "indoor"}

OUTAGES: dict[str, tuple[Outage, ...]] = {
    "invoice-export": (
        (9.3, 9.0, lambda at: {"day": f"{at:%Y-%m-%d}", "count": 100 + at.day}),
        # Since this morning the accountants' server hangs up.
        (0.4, 0, lambda at: {"day": f"{at:%Y-%m-%d}", "count": 100 + at.day}),
    ),
    # Somebody made indoor plants a kind of tree, and trees a kind of indoor plant.
    "category-tree": ((7.6, 4.4, lambda at: {"parents": _CATEGORIES}),),
    "price-feed": ((6.1, 5.0, lambda at: {"supplier": "greenhouse", "day": f"{at:%Y-%m-%d}"}),),
}


def tell(timeline: Timeline, scale: float) -> Reporter:
    deploy("logister_core.demo.services.nightly", "nightly", "/srv/nightly")
    jobs = Reporter(SERVICE, timeline, RELEASES, scale)
    jobs.deployments()
    for job in JOBS:
        for moment in _runs(jobs, job):
            _run(jobs, job, moment)
    _bad_dates(jobs)
    return jobs


def _runs(jobs: Reporter, job: Job) -> list[datetime]:
    """All runs; at a smaller scale the last ones, and those that fail."""
    moments = jobs.timeline.every(hours=job.hours, minute=job.minute, days=(14, job.silent))
    kept = moments[-jobs.count(len(moments), least=LEAST_RUNS) :]
    return [moment for moment in moments if moment in kept or _given(jobs, job, moment) is not None]


def _given(jobs: Reporter, job: Job, at: datetime) -> dict[str, Any] | None:
    """What makes the run fail; None for one that succeeds."""
    for first, last, given in OUTAGES.get(job.name, ()):
        if jobs.timeline.ago(days=first) <= at <= jobs.timeline.ago(days=last):
            return given(at)
    return None


def _run(jobs: Reporter, job: Job, at: datetime) -> None:
    """One run that started at `at`: log lines, transaction, spans, the failure if it failed, and the check-in."""
    trace = Trace.new(jobs.random)
    given = _given(jobs, job, at)
    took = round(job.seconds * jobs.random.lognormvariate(0, 0.2) * (0.2 if given else 1), 1)
    end = at + timedelta(seconds=took)
    if end > jobs.timeline.until:
        return
    rows = jobs.random.randint(400, 9000)
    _log(jobs, at, trace, job, f"{job.name} started")
    if given is None:
        _log(jobs, end, trace, job, f"{job.name} {job.work.format(rows=rows)}")
        _metric(jobs, end, job, rows)
    else:
        _log(jobs, end, trace, job, f"{job.name} failed after {took:.0f} s", level="error")
        jobs.report(
            end,
            lambda client: report_failure(
                client,
                end,
                lambda: worker.run(job.name, **given),
                context={"service": SERVICE, "transaction_name": job.name, "tags": {"job": job.name}},
                **trace.ids(),
            ),
        )
    jobs.report(
        end,
        lambda client: client.capture_transaction(
            job.name,
            took * 1000,
            occurred_at=end,
            context={"service": SERVICE, "transaction_status": "ok" if given is None else "error"},
            **trace.ids(),
        ),
    )
    root = Span(job.name, "internal", at, took * 1000, span_id(jobs.random), failed=given is not None)
    root.report(jobs, trace, job.name)
    query = Span("SELECT changed rows", "db", at, round(took * 300, 1), span_id(jobs.random), root.span_id)
    query.report(jobs, trace, job.name)
    jobs.report(
        end,
        lambda client: client.check_in(
            job.name,
            "ok" if given is None else "error",
            occurred_at=end,
            expected_interval_seconds=int(job.hours * 3600),
            duration_ms=took * 1000,
            **trace.ids(),
        ),
    )


def _bad_dates(jobs: Reporter) -> None:
    """A supplier who believes in the thirty-first of every month; new in 1.9.0."""
    for moment in jobs.timeline.moments(jobs.count(9, least=2), days=(1.3, 0.05)):
        rows = [f"ficus;{moment:%d/%m/%Y}", f"aloe;31/{(moment.month % 2) * 5 + 4:02d}/{moment:%Y}"]
        _bad_date(jobs, moment, rows)


def _bad_date(jobs: Reporter, at: datetime, rows: list[str]) -> None:
    trace = Trace.new(jobs.random)
    jobs.report(
        at,
        lambda client: report_failure(
            client,
            at,
            lambda: worker.run("supplier-feed", rows=rows),
            context={"service": SERVICE, "transaction_name": "supplier-feed", "tags": {"supplier": "greenhouse"}},
            **trace.ids(),
        ),
    )


def _log(jobs: Reporter, at: datetime, trace: Trace, job: Job, words: str, *, level: str = "info") -> None:
    jobs.report(
        at,
        lambda client: client.capture_message(
            words,
            level=level,
            occurred_at=at,
            context={"service": SERVICE, "logger_name": f"nightly.{job.name}"},
            **trace.ids(),
        ),
    )


def _metric(jobs: Reporter, at: datetime, job: Job, rows: int) -> None:
    jobs.report(
        at,
        lambda client: client.capture_metric(
            "job.rows",
            rows,
            unit="rows",
            occurred_at=at,
            context={"service": SERVICE, "tags": {"job": job.name}},
        ),
    )

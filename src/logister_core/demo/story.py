"""The whole story: what three services reported, and what people decided meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from logister_core.demo import nightly, storefront, webshop
from logister_core.demo.storefront_sources import HOST
from logister_core.demo.telemetry import Report
from logister_core.demo.timeline import Timeline


@dataclass(frozen=True)
class Service:
    """A project of the demo; `locals` says whether its client sends the variables of frames.

    `repository` holds its source, below `folder` where it runs.
    """

    key: str
    project: str
    kind: str
    locals: bool
    repository: str
    folder: str


SERVICES = (
    Service(webshop.SERVICE, "Web shop", "python", True, webshop.REPOSITORY, "/srv/webshop"),
    Service(storefront.SERVICE, "Storefront", "javascript", False, storefront.REPOSITORY, HOST),
    Service(nightly.SERVICE, "Nightly jobs", "python", False, nightly.REPOSITORY, "/srv/nightly"),
)


@dataclass(frozen=True)
class Decision:
    """What somebody did, `days` before the end, about the group of this exception class and title."""

    days: float
    service: str
    exception: str
    title: str
    action: str


DECISIONS = (
    Decision(9.1, webshop.SERVICE, "JSONDecodeError", "Expecting value", "ignore"),
    Decision(8.15, webshop.SERVICE, "KeyError", "NO", "resolve"),
    Decision(7.1, webshop.SERVICE, "BadQuery", "", "archive"),
    Decision(6.15, storefront.SERVICE, "TypeError", "amount", "resolve"),
    Decision(6.15, webshop.SERVICE, "ZeroDivisionError", "", "resolve"),
    Decision(4.2, nightly.SERVICE, "RecursionError", "", "resolve"),
    Decision(4.2, storefront.SERVICE, "ChunkLoadError", "", "ignore"),
)


def reports(until: datetime, scale: float) -> list[Report]:
    """Everything reported in the two weeks before `until`, oldest first; the same for the same arguments."""
    shop = webshop.tell(Timeline(until, webshop.SERVICE), scale)
    front = storefront.tell(Timeline(until, storefront.SERVICE), scale, shop)
    jobs = nightly.tell(Timeline(until, nightly.SERVICE), scale)
    return sorted([*shop.reports, *front.reports, *jobs.reports], key=lambda report: report.at)

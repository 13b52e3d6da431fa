"""Check-ins and the monitors they make."""

from __future__ import annotations

from typing import Any

from logister_core.monitors.models import CheckInMonitor
from support.instance import Instance


def check_in(site: Instance, token: str, slug: str = "nightly", **fields: Any) -> Any:
    """Report as `slug`; the answer."""
    return site.post("/api/v1/check_ins", {"check_in": {"slug": slug, **fields}}, token)


def monitor(site: Instance) -> CheckInMonitor:
    """The only one."""
    [found] = site.rows(CheckInMonitor)
    return found

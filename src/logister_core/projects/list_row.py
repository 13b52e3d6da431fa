"""One project in the list of a person's."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup, escape

from logister_core.projects.listing import ProjectRow
from logister_core.web.formatting import ago, count
from logister_core.web.sparkline import sparkline


def list_row(row: ProjectRow, path: str, now: datetime) -> Markup:
    """What stands in the row of a project; `path` is that of its first page. Not a part of the template: the list can
    have hundreds of them, and they took a third of its time.
    """
    badges = " ".join(
        f'<span class="badge neutral">{word}</span>'
        for word, is_so in (("shared", row.shared), ("archived", row.archived))
        if is_so
    )
    figures = (
        ("is-danger" if row.open_groups else "", "/inbox", row.open_groups, "open errors"),
        ("project-total", "/inbox?filter=all", row.all_groups, "all groups"),
        ("project-activity", "/activity?period=7d", row.activity, "events, 7 days"),
    )
    numbers = "".join(
        f'<p class="project-figure {kind}"><a href="{path}{address}">{count(number)}</a>'
        f'<span class="project-label">{label}</span></p>'
        for kind, address, number, label in figures
    )
    trend = sparkline(row.trend, label="Received per day", width=96, height=20).__html__()
    receipt = "latest receipt" if row.last_receipt else "nothing received"
    # The address and the numbers are of our own letters and digits.
    return Markup(  # noqa: S704
        f'<div><p class="project-name"><a href="{path}">{escape(row.name)}</a></p>'
        f'<p class="project-kind">{escape(row.kind)}<span class="sr-only"> {escape(row.slug)}</span> {badges}</p></div>'
        f'<div class="project-trend">{trend}</div>{numbers}<p class="project-figure project-last">'
        f'{ago(row.last_receipt, now)}<span class="project-label">{receipt}</span></p>'
    )

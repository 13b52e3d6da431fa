"""Error groups: grouping, the inbox and triage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.error_groups.actors import sum_up_group_counts, wake_snoozed_errors
    from logister_core.error_groups.history.queries import HistoryQuery
    from logister_core.error_groups.history.undo import UndoService
    from logister_core.error_groups.links.service import LinkService
    from logister_core.error_groups.merging.service import Merging
    from logister_core.error_groups.projection import ErrorGrouping
    from logister_core.error_groups.queries import InboxQuery
    from logister_core.error_groups.services import TriageService
    from logister_core.error_groups.transitions import ACTIONS
    from logister_core.projects.resources import ProjectContext

    config.add_projection(ErrorGrouping())
    config.add_recurring_job("snoozed_errors", wake_snoozed_errors, every=timedelta(minutes=1))
    config.add_recurring_job("group_counts", sum_up_group_counts, every=timedelta(minutes=10))
    config.register_service_factory(InboxQuery.from_request, InboxQuery)
    config.register_service_factory(TriageService.from_request, TriageService)
    config.register_service_factory(HistoryQuery.from_request, HistoryQuery)
    config.register_service_factory(UndoService.from_request, UndoService)
    config.register_service_factory(Merging.from_request, Merging)
    config.register_service_factory(LinkService.from_request, LinkService)
    for suffix in ("", "/news", "/offers"):
        name = suffix.replace("/", ".")
        config.add_route(f"inbox{name}", f"/projects/{{project}}/inbox{suffix}", factory=ProjectContext)
        # Over all projects of the person.
        config.add_route(f"inbox.all{name}", f"/inbox{suffix}")
    config.add_route("inbox.all.bulk", "/inbox/bulk")
    config.add_route("inbox.all.undo", "/inbox/changes/{change}/undo")
    # An old address of the inbox.
    config.add_route("inbox.events", "/projects/{project}/events", factory=ProjectContext)
    config.add_route("grouping", "/projects/{project}/grouping", factory=ProjectContext)
    for name, rest in (
        ("bulk", "bulk"),
        ("undo", "changes/{change}/undo"),
        ("unmerge", "{group}/unmerge"),
        ("links", "{group}/external_links"),
        ("link", "{group}/external_links/{link}"),
        ("link.delete", "{group}/external_links/{link}/delete"),
        ("export", "{group}/export"),
        ("assignment", "{group}/assignment"),
        ("assignment.delete", "{group}/assignment/delete"),
        ("triage", f"{{group}}/{{action:{'|'.join(ACTIONS)}}}"),
    ):
        config.add_route(f"error_groups.{name}", f"/projects/{{project}}/error_groups/{rest}", factory=ProjectContext)
    config.scan("logister_core.error_groups.actors")
    config.scan("logister_core.error_groups.inbox_views")
    config.scan("logister_core.error_groups.triage_views")
    config.scan("logister_core.error_groups.bulk_views")
    config.scan("logister_core.error_groups.links.views")
    config.scan("logister_core.error_groups.export.views")
    config.scan("logister_core.error_groups.strategy.views")

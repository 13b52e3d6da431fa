"""An event of a project as Markdown (see `markdown`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.error_groups.models import ErrorGroup
from logister_core.events.detail import EventDetails
from logister_core.events.markdown import MarkdownStory, group_lines, markdown
from logister_core.events.subject import Subject
from logister_core.ingest.models import IngestEvent

if TYPE_CHECKING:
    from logister_core.types import Request


def ticket(request: Request, subject: Subject, event: IngestEvent, group: ErrorGroup | None) -> str:
    details = request.find_service(EventDetails)
    address = request.route_path("events.show", project=subject.project.uuid, event=event.uuid)
    kind, value = subject.title
    lines: list[tuple[str, str]] = []
    if group is not None:
        story = details.story(subject, group)
        lines = group_lines(
            group,
            None if story.people is None else story.people[1],
            None if story.news is None else story.news[1],
            None if story.deployment is None else story.deployment.sentence,
        )
    told = MarkdownStory(
        title=": ".join(part for part in (kind, value) if part),
        where=subject.where,
        lines=lines,
        address=f"{request.settings.product.public_url}{address}",
        kind=subject.project.integration_kind,
    )
    stack = details.stack(subject, event, {"frame_scope": "application"}, lambda uuid, **more: address)
    return markdown(told, stack, event, subject.safe)

"""The head of a detail as Markdown, to be pasted into a ticket or a chat."""

from __future__ import annotations

from logister_core.error_groups.models import ErrorGroup
from logister_core.web.formatting import first_line, plural, time_text


def markdown(kind: str | None, value: str, where: str, group: ErrorGroup | None, link: str | None) -> str:
    """Title, place, numbers and link, one line each; times are absolute, since a ticket is read much later."""
    title = first_line(": ".join(part for part in (kind, value) if part))
    lines = [f"**{title}**", where]
    if group is not None:
        lines.append(
            f"{plural(group.occurrence_count, 'event')} · "
            f"first {time_text(group.first_seen_at)}{_in(group.introduced_in_release)} · "
            f"last {time_text(group.last_seen_at)}{_in(group.last_seen_release)}"
        )
    if link is not None:
        lines.append(link)
    return "\n".join(line for line in lines if line)


def _in(release: str | None) -> str:
    return f" in {release}" if release else ""

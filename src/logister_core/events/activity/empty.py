"""What the Events page says when there is nothing to list."""

from __future__ import annotations

from dataclasses import dataclass

from logister_core.ingest.endpoints import EVENTS_PATH
from logister_core.projects.first_event import guide
from logister_core.projects.kinds import kind_label
from logister_core.settings.sections import ProductSettings
from logister_core.web.curl import curl_command

SAMPLE = {"event": {"event_type": "log", "level": "info", "message": "Hello from the shell"}}


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing to show, and the one next step."""

    title: str
    why: str
    label: str
    href: str
    command: str | None = None


def no_match(reset: str) -> Empty:
    return Empty("No events match these filters.", "Choose other values, or look at all events.", "Reset", reset)


def none_so_far(further: str, label: str) -> Empty:
    return Empty(
        "No match so far.",
        "The search has looked at a part of the events and can go on from there.",
        label,
        further,
    )


def none_in_window(anytime: str) -> Empty:
    return Empty("No events occurred in this window.", "Choose a longer period or All time.", "All time", anytime)


def never_any(kind: str, product: ProductSettings) -> Empty:
    how = guide(kind, product.public_url)
    install = f"Install the package ({how.install}), or send" if how.install else "Send"
    return Empty(
        title="No events yet",
        why=f"Logs, metrics, transactions and check-ins are listed here; errors are in the inbox. {install} one event:",
        label=f"Documentation for {kind_label(kind)}",
        href=f"{product.docs_url}{how.docs_path}",
        command=curl_command(f"{product.public_url}{EVENTS_PATH}", SAMPLE),
    )

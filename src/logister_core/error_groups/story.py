"""What a group tells in a few words: its title, whether it is new or came back, and how it was grouped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from logister_core.error_groups.listed import ListedGroup
from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.error_groups.people import MOST_PEOPLE
from logister_core.error_groups.snooze import words as snooze_words
from logister_core.error_groups.transitions import Resolution
from logister_core.redaction import redact
from logister_core.web.formatting import ago_text, count_text, middle_cut, plural, time_text

NEW_FOR = timedelta(hours=24)
DEFAULT_ENVIRONMENT = "production"

_CLOSED = {
    GroupStatus.RESOLVED: ("Resolved", "resolved_at"),
    GroupStatus.IGNORED: ("Ignored", "ignored_at"),
    GroupStatus.ARCHIVED: ("Archived", "archived_at"),
}
_WAS = {"after_resolved": "was resolved", "after_ignored": "was ignored", "after_archived": "was archived"}
# How the time of the proof is to be read, by precision (specification §7.3).
_PROOF_WORDS = {"reporting_interval": "reporting interval began ", "received_only": "received ", "unknown": "received "}
_STRATEGIES = {
    "fingerprint": "the fingerprint that the client sent",
    "stack": "exception type and stack",
    "message": "exception type and message, numbers and names left out",
    "message_exact": "the first line of the message",
}
_FACTS = {
    "fingerprint": "Fingerprint",
    "types": "Exception types",
    "frames": "Frames",
    "message": "Message",
    "event": "Event",
}


def title_parts(group: ErrorGroup | ListedGroup) -> tuple[str | None, str]:
    """(exception type, value): the title without the type that many clients put before it."""
    title = redact(group.title)
    return (None, title) if group.subtitle is None else (group.subtitle, without_class(title, group.subtitle))


def without_class(message: str, class_name: str) -> str:
    """The message without the class before it: "KeyError: 'x'" gives "'x'"; empty when there is nothing else."""
    for prefix in (class_name, class_name.rpartition(".")[2]):
        if message == prefix:
            return ""
        if message.startswith(prefix + ":"):
            return message[len(prefix) + 1 :].strip()
    return message


def people(group: ErrorGroup | ListedGroup) -> tuple[str, str] | None:
    """As in ("1.2k", "1,214 people"); None when no event named anybody."""
    number = group.people_count
    if not number:
        return None
    if number >= MOST_PEOPLE:
        return f"{count_text(MOST_PEOPLE)}+", f"{MOST_PEOPLE:,} or more people"
    return count_text(number), plural(number, "person", "people")


def full_title(group: ErrorGroup) -> str:
    """One line for messages: "KeyError: 'customer_id'"."""
    kind, value = title_parts(group)
    return ": ".join(part for part in (kind, value) if part)


def badge(group: ErrorGroup | ListedGroup, now: datetime) -> tuple[str, str] | None:
    """(kind, words) for what differs from an ordinary open or closed error: it came back, is new, or is set aside."""
    if group.open and group.current_regression:
        release = group.current_regression.get("release")
        return "danger", f"regressed in {release}" if release else "regressed"
    if group.open and group.first_seen_at > now - NEW_FOR:
        return "info", "new"
    if group.snooze:
        return "neutral", f"snoozed {snooze_words(group.snooze)}"
    return None


def news(group: ErrorGroup, now: datetime, closed_by: str | None = None) -> tuple[str, str] | None:
    """(kind, sentence) on what happened to the group last; kind is "danger" or "plain", None when nothing did.

    `closed_by` is the person who had closed a group that came back.
    """
    if not group.open:
        return "plain", _closed(group, now)
    if group.current_regression:
        return "danger", _regressed(group.current_regression, now, closed_by)
    if group.regression_count:
        times = plural(group.regression_count, "time")
        return "plain", f"Came back {times} before; reopened {ago_text(group.last_reopened_at, now)}."
    if group.last_reopened_at is not None:
        return "plain", f"Reopened {ago_text(group.last_reopened_at, now)}."
    return None


def grouped_by(group: ErrorGroup) -> tuple[str, list[tuple[str, str]]]:
    """(what decided, rows of facts), in words a person can check."""
    facts = group.grouping_facts
    rows = [
        (label, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for key, label in _FACTS.items()
        if (value := facts.get(key))
    ]
    if facts.get("in_app") is False:
        rows.append(("Note", "No frame of the application was sent, so library frames decided."))
    if facts.get("fallback_from"):
        rows.append(("Note", f"The project groups by {facts['fallback_from']}; this event had nothing to go by."))
    rows.append(("Key", group.fingerprint))
    return _STRATEGIES.get(group.grouping_strategy, group.grouping_strategy), rows


def _closed(group: ErrorGroup, now: datetime) -> str:
    word, column = _CLOSED[GroupStatus(group.status)]
    ago = ago_text(getattr(group, column), now)
    if group.snooze:
        return f"Snoozed {ago}, {snooze_words(group.snooze)}."
    release = group.resolved_in_release if group.status == GroupStatus.RESOLVED else None
    if group.resolution == Resolution.FOR_GOOD:
        return f"Resolved for good {ago}. Only a person reopens it."
    if group.resolution == Resolution.NEXT_RELEASE:
        other = f"another release than {release}" if release else "a release"
        return f"Resolved in the next release {ago}. An occurrence in {other} reopens it."
    place = f" in {release}" if release else ""
    return f"{word}{place} {ago}. The next occurrence reopens it."


def _regressed(proof: dict[str, Any], now: datetime, closed_by: str | None) -> str:
    moment = next((proof[key] for key in ("proof_at", "received_at", "detected_at") if proof.get(key)), None)
    parts = ["Regressed"]
    if proof.get("release"):
        parts.append(f" in {proof['release']}")
    if moment is not None:
        words = _PROOF_WORDS.get(proof.get("time_precision", ""), "")
        parts.append(f", {words}{ago_text(datetime.fromisoformat(moment), now)}")
    closed = proof.get("closure_at")
    if closed and proof.get("reason") in _WAS:
        who = f" by {middle_cut(closed_by, 80)}" if closed_by else ""
        parts.append(f": {_WAS[proof['reason']]}{who} on {time_text(datetime.fromisoformat(closed), 'date')}")
    return "".join(parts) + "."

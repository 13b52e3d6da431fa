"""What the pages of the installation show, ready for their templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.administration.installation.entered import Entered
from logister_core.administration.installation.sections import InstallationSection
from logister_core.administration.installation.values import SectionSetting, as_text
from logister_core.installation.models import InstanceSettingChange
from logister_core.settings import Settings, Source

CHANGES_SHOWN = 20

# State -> word and kind of the badge.
STATES = {
    "pending": ("Pending", None),
    "configured": ("Not tested", "warning"),
    "verified": ("Verified", "success"),
    "changed": ("Changed since the test", "warning"),
    "skipped": ("Skipped", None),
}

_WORDS = {
    "created": "saved",
    "updated": "changed",
    "removed": "removed",
    "test_passed": "Test passed",
    "test_failed": "Test failed",
    "skipped": "Skipped",
    "completed": "Set-up completed",
    "connected": "Own project connected",
}


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting. `override` names the variable or the key of the ini file that wins, else it is None; then
    `effective` is the value, "" for a secret. `value` stands in the field. `stored` says whether something is saved,
    `fallback` what, unless it is secret.
    """

    key: str
    label: str
    help: str
    variable: str
    form: str
    options: Sequence[tuple[str, str]]
    secret: bool
    restart: bool
    override: str | None
    effective: str
    stored: bool
    fallback: str
    value: str
    placeholder: str
    checked: bool
    waiting: bool
    errors: list[str]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """`subject` is empty when it was about the whole page; `who` when nobody was signed in, as for commands."""

    what: str
    subject: str
    note: str
    who: str
    at: datetime


def setting_rows(
    settings: Sequence[SectionSetting], running: Settings, current: Settings, entered: Entered | None
) -> list[SettingRow]:
    """`running` are the settings of this process, `current` those it would have after a restart."""
    return [_row(one, running, current, entered or Entered()) for one in settings]


def _row(one: SectionSetting, running: Settings, current: Settings, entered: Entered) -> SettingRow:
    variable, origin = one.variable, one.origin(current)
    value = one.value(current)
    stored = current.given.saved.get(one.key)
    text = "" if stored is None or variable.secret else stored
    # Without a default of its own a value may follow from others, and that is worth showing.
    follows = as_text(value) if origin.source is Source.DEFAULT and not variable.secret else variable.default or ""
    return SettingRow(
        key=one.key,
        label=one.saved.label,
        help=f"{variable.help[:1].upper()}{variable.help[1:]}.",
        variable=variable.name,
        form="password" if variable.secret else variable.kind.form,
        options=[("", f"Default: {variable.default}"), *((word, word) for word in variable.kind.words)],
        secret=variable.secret,
        restart=one.saved.restart,
        override=origin.name if origin.overrides else None,
        effective="" if variable.secret else as_text(value),
        stored=stored is not None,
        fallback=text,
        value="" if variable.secret else entered.shown.get(one.key, text),
        placeholder="" if variable.secret else follows,
        checked=_switched_on(one, value, entered),
        waiting=one.saved.restart and one.value(running) != value,
        errors=[entered.problems[one.key]] if one.key in entered.problems else [],
    )


def _switched_on(one: SectionSetting, value: Any, entered: Entered) -> bool:
    return entered.shown[one.key] == "1" if one.key in entered.shown else value is True


def changes_of(session: Session, section: InstallationSection, settings: Sequence[SectionSetting]) -> list[ChangeRow]:
    """The newest of a page and its settings."""
    page = section.name
    words = _WORDS | dict(pair for action in section.actions for pair in (action.done, action.failed))
    labels: Mapping[str, str] = {one.key: one.saved.label for one in settings}
    change = InstanceSettingChange
    found = session.execute(
        select(change, User.email)
        .outerjoin(User, User.id == change.actor_id)
        .where(or_(change.key == f"section.{page}", change.key.startswith(f"{page}.", autoescape=True)))
        .order_by(change.created_at.desc(), change.id.desc())
        .limit(CHANGES_SHOWN)
    )
    return [
        ChangeRow(
            what=words.get(row.action, row.action),
            subject=labels.get(row.key, "" if row.key.startswith("section.") else row.key),
            note=str(row.details.get("summary", "")),
            who=email or "",
            at=row.created_at,
        )
        for row, email in found
    ]


def last_test(session: Session, page: str) -> str | None:
    """`test_passed` or `test_failed`, whichever came last; None before the first test."""
    change = InstanceSettingChange
    return session.scalar(
        select(change.action)
        .where(change.key == f"section.{page}", change.action.in_(("test_passed", "test_failed")))
        .order_by(change.created_at.desc(), change.id.desc())
        .limit(1)
    )

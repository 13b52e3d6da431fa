"""How long a project wants its data kept (specification, web chapter §9). What is chosen is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base
from logister_core.settings.fields import integer

LONGEST_DAYS: Final = 3650
DEFAULT_DAYS: Final = 30
OFFERED_DAYS: Final = (7, 14, 30, 60, 90, 180, 365)

FORM: Final = "project[retention_policy_attributes]"


class ProjectRetentionPolicy(Base):
    __tablename__ = "project_retention_policies"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    hot_retention_days: Mapped[int]
    trace_retention_days: Mapped[int]
    error_retention_days: Mapped[int | None]
    # Of closed groups only; None keeps them for ever.
    archive_enabled: Mapped[bool]
    archive_before_delete: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Retention:
    """What was chosen; see the columns of `ProjectRetentionPolicy`."""

    hot_retention_days: int = DEFAULT_DAYS
    trace_retention_days: int = DEFAULT_DAYS
    error_retention_days: int | None = None
    archive_enabled: bool = False
    archive_before_delete: bool = False


def read_retention(fields: Mapping[str, str]) -> tuple[Retention | None, dict[str, str]]:
    """What the form says under `FORM`, or None with problems by field; "retention" stands for the whole."""
    entered = {name: fields[f"{FORM}[{name}]"] for name in _NAMES if f"{FORM}[{name}]" in fields}
    if not entered:
        return None, {"retention": "Choose a data retention policy before creating the project."}
    problems: dict[str, str] = {}
    days: dict[str, int | None] = {}
    for name, optional in (
        ("hot_retention_days", False),
        ("trace_retention_days", False),
        ("error_retention_days", True),
    ):
        text = entered.get(name, "").strip()
        if not text and (optional or name not in entered):
            days[name] = None if optional else DEFAULT_DAYS
            continue
        try:
            days[name] = integer(1, LONGEST_DAYS).read(text)
        except ValueError:
            problems[name] = f"Enter a whole number of days from 1 to {LONGEST_DAYS:,}."
    archive, protect = entered.get("archive_enabled") == "1", entered.get("archive_before_delete") == "1"
    if protect and not archive:
        problems["archive_before_delete"] = "Protecting data before deletion needs the archive option above."
    if problems:
        return None, problems
    hot, trace = days["hot_retention_days"], days["trace_retention_days"]
    return Retention(hot or DEFAULT_DAYS, trace or DEFAULT_DAYS, days["error_retention_days"], archive, protect), {}


_NAMES = (
    "hot_retention_days",
    "trace_retention_days",
    "error_retention_days",
    "archive_enabled",
    "archive_before_delete",
)


def day_options(stored: str) -> list[tuple[str, str]]:
    """Days that are offered, and the given ones when they are others."""
    offered = [str(days) for days in OFFERED_DAYS]
    if stored and stored not in offered:
        offered.append(stored)
    return [(days, "1 day" if days == "1" else f"{days} days") for days in offered]

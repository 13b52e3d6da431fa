"""Configure, Apply, Verify: where the settings of one page stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from logister_core.administration.installation.rows import SettingRow

COMPLETE, WAITING, FAILED, OPEN = "complete", "waiting", "failed", "open"


@dataclass(frozen=True, slots=True)
class Stage:
    """`word` says what `state` means here; `at` when that happened, if it is known."""

    title: str
    state: str
    word: str
    at: datetime | None = None


def stages(
    rows: Sequence[SettingRow], state: str, verified_at: datetime | None, last_test: str | None
) -> Sequence[Stage]:
    """`state` is that of the page, `last_test` the newest of test_passed and test_failed, if there was one."""
    saved = sum(row.stored and row.override is None for row in rows)
    overridden = sum(row.override is not None for row in rows)
    return [
        _configure(saved, overridden, tested=state in ("verified", "changed")),
        _apply([row for row in rows if row.waiting]),
        _verify(state, verified_at, last_test),
    ]


def _configure(saved: int, overridden: int, *, tested: bool) -> Stage:
    parts = [f"{saved} saved"] if saved else []
    if overridden:
        parts.append(f"{overridden} by the environment")
    return Stage("Configure", COMPLETE if parts or tested else OPEN, ", ".join(parts) or "Defaults")


def _apply(waiting: Sequence[SettingRow]) -> Stage:
    if waiting:
        return Stage("Apply", WAITING, f"Restart needed for {len(waiting)}")
    return Stage("Apply", COMPLETE, "In use")


def _verify(state: str, verified_at: datetime | None, last_test: str | None) -> Stage:
    if state == "verified":
        return Stage("Verify", COMPLETE, "Test passed", verified_at)
    if state == "changed":
        return Stage("Verify", WAITING, "Changed since the test", verified_at)
    if state == "skipped":
        return Stage("Verify", OPEN, "Skipped")
    if last_test == "test_failed":
        return Stage("Verify", FAILED, "Last test failed")
    return Stage("Verify", OPEN, "Not tested")

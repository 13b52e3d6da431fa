"""Rate limits of a project where they differ from the installation's (specification, accounts chapter §14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logister_core.settings.fields import integer
from logister_core.settings.sections import LONGEST_PERIOD, MOST_REQUESTS, IntakeSettings


@dataclass(frozen=True, slots=True)
class Override:
    """A column of `projects`, named like its field in forms, and the setting that it takes the place of."""

    column: str
    setting: str
    maximum: int
    label: str
    hint: str

    def inherited(self, settings: IntakeSettings) -> int:
        number: int = getattr(settings, self.setting)
        return number

    def read(self, text: str) -> int | None:
        """What was entered; None for nothing. Raises ValueError."""
        text = text.strip()
        number: int | None = integer(1, self.maximum).read(text) if text else None
        return number

    @property
    def problem(self) -> str:
        return f"Enter a whole number from 1 to {self.maximum:,}, or leave it empty."


OVERRIDES = (
    Override(
        "public_api_rate_limit_requests_override",
        "rate_limit_requests",
        MOST_REQUESTS,
        "Accepted requests",
        "Of one token on one endpoint in one window. Each event of a batch counts.",
    ),
    Override(
        "public_api_rate_limit_period_seconds_override",
        "rate_limit_period",
        LONGEST_PERIOD,
        "Window in seconds",
        "Of both limits.",
    ),
    Override(
        "public_api_auth_failure_rate_limit_requests_override",
        "auth_failure_limit_requests",
        MOST_REQUESTS,
        "Invalid tokens",
        "Requests from one address in one window with tokens of this project that no longer work.",
    ),
)


def read_overrides(entered: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Values by column of what was entered, and sentences by column for what was wrong; absent ones are in neither."""
    values: dict[str, int | None] = {}
    problems = {}
    for override in OVERRIDES:
        if override.column not in entered:
            continue
        try:
            values[override.column] = override.read(entered[override.column])
        except ValueError:
            problems[override.column] = override.problem
    return values, problems

"""How far a deletion is, as its page tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.purges.portions import PORTIONS
from logister_core.purges.runner import QUIET

REST = "Project, keys, members, monitors and deployments"
DONE, NOW, LATER = "Done", "Working", "Waiting"


@dataclass(frozen=True, slots=True)
class Step:
    """`removed` is a number of rows; None for the rest, which goes with the project's own row."""

    label: str
    removed: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`goes_on`: it changes by itself, so it is worth looking again."""

    steps: Sequence[Step]
    sentence: str
    goes_on: bool


def progress(purge: ProjectPurge, now: datetime) -> Progress:
    status = PurgeStatus(purge.status)
    completed = status is PurgeStatus.COMPLETED
    # Portions are worked off in their order, and each is in the ledger from its first transaction on.
    begun = [portion.name in purge.removed for portion in PORTIONS]
    last = max((number for number, there in enumerate(begun) if there), default=-1)
    emptied = last == len(PORTIONS) - 1

    def state(number: int) -> str:
        if completed or number < last:
            return DONE
        if number > last:
            return LATER
        # The last portion is only left for good when nothing comes in any more.
        return NOW if status is PurgeStatus.RUNNING else LATER

    steps = [
        Step(portion.label, purge.removed.get(portion.name, 0), state(number))
        for number, portion in enumerate(PORTIONS)
    ]
    steps.append(Step(REST, None, DONE if completed else LATER))
    return Progress(
        steps=steps,
        sentence=_sentence(status, quiet=emptied and now < purge.requested_at + QUIET),
        goes_on=status in (PurgeStatus.REQUESTED, PurgeStatus.RUNNING),
    )


def _sentence(status: PurgeStatus, *, quiet: bool) -> str:
    if status is PurgeStatus.REQUESTED:
        return "The deletion begins within a minute."
    if quiet:
        return (
            "Everything that was there is removed. The project itself follows once no late event can arrive any more."
        )
    return f"The deletion is {status.word}."

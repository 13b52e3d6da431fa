"""Telling intake that keys changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Request


def forget_keys_after_commit(request: Request) -> Callable[[], None]:
    """What services call when keys stop working.

    Intake of this process forgets what it remembers of keys once the change is committed: before, it would only read
    the old state again.
    """
    intake = request.registry.intake

    def forget(committed: bool) -> None:
        if committed:
            intake.forget()

    return lambda: request.tm.get().addAfterCommitHook(forget)

"""How far each page of the installation's settings is: pending, configured, verified or skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.installation.models import Installation, InstallationStep, StepStatus

# Shown instead of verified when what was verified is no longer what is in effect.
CHANGED = "changed"


class Steps:
    """Steps of one person's request. A fingerprint stands for the values of a page; see `fingerprint`."""

    def __init__(self, session: Session, clock: Callable[[], datetime], actor: User | None) -> None:
        self._session = session
        self._clock = clock
        self._actor = actor
        self._found: dict[str, InstallationStep] | None = None

    def of(self, key: str) -> InstallationStep | None:
        if self._found is None:
            self._found = {step.key: step for step in self._session.scalars(select(InstallationStep))}
        return self._found.get(key)

    def state(self, key: str, fingerprint: str) -> str:
        """`fingerprint` is that of the values in effect."""
        step = self.of(key)
        if step is None:
            return StepStatus.PENDING.value
        if step.status == StepStatus.VERIFIED and step.configuration_fingerprint != fingerprint:
            return CHANGED
        return step.status

    def verified(self, key: str, fingerprint: str) -> bool:
        return self.state(key, fingerprint) == StepStatus.VERIFIED

    def saved(self, key: str, fingerprint: str) -> None:
        """Values were saved; what was verified exactly so stays verified."""
        if not self.verified(key, fingerprint):
            self._set(key, StepStatus.CONFIGURED)

    def passed(self, key: str, fingerprint: str, details: Mapping[str, Any]) -> None:
        step = self._set(key, StepStatus.VERIFIED)
        step.configuration_fingerprint = fingerprint
        step.last_verified_at = self._clock()
        step.last_verified_by_user_id = self._actor.id if self._actor else None
        step.details = dict(details)

    def failed(self, key: str) -> None:
        """What was verified before stays verified: perhaps only a candidate failed."""
        step = self.of(key)
        if step is None or step.status != StepStatus.VERIFIED:
            self._set(key, StepStatus.CONFIGURED)

    def skipped(self, key: str) -> None:
        self._set(key, StepStatus.SKIPPED)

    def _set(self, key: str, status: StepStatus) -> InstallationStep:
        # Two who make the same step wait for each other; the second then finds it.
        self._session.get_one(Installation, 1, with_for_update=True)
        step = self._session.scalar(select(InstallationStep).where(InstallationStep.key == key))
        now = self._clock()
        if step is None:
            step = InstallationStep(key=key, details={}, created_at=now)
            self._session.add(step)
        step.status, step.updated_at = status.value, now
        self._found = None
        self._session.flush()
        return step

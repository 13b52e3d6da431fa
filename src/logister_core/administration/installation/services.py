"""What administrators do to the installation: save, test, skip and complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from logister_core.administration.installation.entered import Entered
from logister_core.administration.installation.sections import (
    Diagnosis,
    Examination,
    InstallationSection,
    SectionAction,
    Sections,
)
from logister_core.administration.installation.values import SectionSetting, fingerprint, settings_of
from logister_core.errors import Refused
from logister_core.installation.models import Installation
from logister_core.installation.saved_settings import SavedSettings
from logister_core.installation.steps import Steps
from logister_core.settings import Settings

if TYPE_CHECKING:
    from logister_core.types import Registry, Request


class InstallationService:
    """`saved` and `steps` belong to the person who acts."""

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        registry: Registry,
        saved: SavedSettings,
        steps: Steps,
    ) -> None:
        self._session = session
        self._clock = clock
        self._registry = registry
        self.saved = saved
        self.steps = steps
        # What a process that starts now would run with; this one may lack what needs a restart.
        self.current: Settings = registry.logister_settings.with_saved(saved.values)

    @classmethod
    def from_request(cls, context: object, request: Request) -> InstallationService:
        return cls(
            request.db,
            request.registry.clock,
            request.registry,
            request.find_service(SavedSettings),
            Steps(request.db, request.registry.clock, request.user),
        )

    @property
    def sections(self) -> Sections:
        return self._registry.installation_sections

    @property
    def row(self) -> Installation:
        return self._session.get_one(Installation, 1)

    def settings_of(self, section: InstallationSection) -> list[SectionSetting]:
        return settings_of(section, self.current)

    def state(self, section: InstallationSection) -> str:
        return self.steps.state(section.name, self._fingerprint(section, self.current))

    def refresh(self) -> None:
        """What was saved meanwhile is what counts."""
        self.current = self.current.with_saved(self.saved.values)

    def save(self, section: InstallationSection, entered: Entered) -> list[SectionSetting]:
        """Those that became another. Raises `Refused` with the problems of what was entered."""
        if section.guard is not None and not entered.problems:
            entered.problems |= section.guard(entered.texts, self._found_with(section, entered))
        if entered.problems:
            raise Refused(entered.problems)
        changed = []
        for one in self.settings_of(section):
            if one.key in entered.removals:
                if self.saved.remove(one.variable):
                    changed.append(one)
            elif one.key in entered.texts and self.saved.save(one.variable, entered.texts[one.key]):
                changed.append(one)
        self.refresh()
        self.steps.saved(section.name, self._fingerprint(section, self.current))
        return changed

    def _found_with(self, section: InstallationSection, entered: Entered) -> Mapping[str, Any] | None:
        """What the test of these values found when they passed it."""
        candidate = self.current.with_saved(entered.candidate(self.saved.values))
        if not self.steps.verified(section.name, self._fingerprint(section, candidate)):
            return None
        step = self.steps.of(section.name)
        return None if step is None else step.details

    def examination(
        self, section: InstallationSection, entered: Entered, fields: Mapping[str, str]
    ) -> tuple[Examination, str]:
        """To try what was entered together with what is saved, without saving it; and the fingerprint of that.

        `fields` are further ones of the form.
        """
        candidate = self.current.with_saved(entered.candidate(self.saved.values))
        tested = self._fingerprint(section, candidate)
        same = tested == self._fingerprint(section, self.current)
        return Examination(self._registry, candidate, same, fields), tested

    def examined(self, section: InstallationSection, tested: str, diagnosis: Diagnosis) -> None:
        """Write down how the test of the values with the fingerprint `tested` ended."""
        if diagnosis.passed:
            self.steps.passed(section.name, tested, diagnosis.details)
        else:
            self.steps.failed(section.name)
        self.saved.record(
            f"section.{section.name}",
            "test_passed" if diagnosis.passed else "test_failed",
            section=section.name,
            summary=diagnosis.summary,
        )

    def acted(self, section: InstallationSection, action: SectionAction, problem: str | None) -> None:
        """Write down how something that a page offers ended."""
        word, _ = action.done if problem is None else action.failed
        details = {} if problem is None else {"summary": problem}
        self.saved.record(f"section.{section.name}", word, section=section.name, **details)

    def skip(self, section: InstallationSection) -> None:
        """Set it aside; what is saved stays. Raises `Refused` for a required one."""
        if section.required:
            raise Refused({"": f"{section.label} is required and cannot be skipped."})
        self.steps.skipped(section.name)
        self.saved.record(f"section.{section.name}", "skipped", section=section.name)

    @property
    def unverified(self) -> Sequence[InstallationSection]:
        """Required ones that do not work as they are now, as far as is known."""
        return [
            section
            for section in self.sections.all()
            if section.required and not self.steps.verified(section.name, self._fingerprint(section, self.current))
        ]

    def complete(self) -> None:
        """End the set-up. Raises `Refused` as long as something required is not verified."""
        missing = self.unverified
        if missing:
            names = " and ".join(section.label for section in missing)
            raise Refused({"": f"Test {names} first: the installation is complete when that works as it is set now."})
        installation = self._session.get_one(Installation, 1, with_for_update=True)
        installation.onboarding_required = False
        if installation.completed_at is None:
            installation.completed_at = self._clock()
            self.saved.record("section.installation", "completed")

    def _fingerprint(self, section: InstallationSection, settings: Settings) -> str:
        return fingerprint(section, settings)

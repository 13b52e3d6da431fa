"""Which pages of settings there are, and how each is tested.

A page shows every setting whose key begins with its name, whichever dataclass declares it. Those of the core are
listed in `administration`; a plugin's `Settings` may have a static method `administration(sections)`, which is asked
whether the plugin is switched on or not: this is where people switch it on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logister_core.settings import Settings
    from logister_core.types import Registry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examination:
    """What a check is given. `settings` are those that would be in effect if the form were saved; `saved` says whether
    they are in effect already. `fields` are further fields of the form.
    """

    registry: Registry
    settings: Settings
    saved: bool
    fields: Mapping[str, str]

    @property
    def now(self) -> datetime:
        return self.registry.clock()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`summary` is one or two sentences for people; neither it nor `details` hold secrets."""

    passed: bool
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Examination], Diagnosis]

# Given what is to be saved, texts by key, and the details of the test that these very values passed, if they did:
# sentences by key about what must not be saved. None or any of them: nothing is.
Guard = Callable[[Mapping[str, str], Mapping[str, Any] | None], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class SectionAction:
    """Something besides saving and testing that is done on a page, as a button there.

    `run` is given what is saved; it returns the sentence about what was done, and raises `Refused` with one about why
    it was not. `done` and `failed` are what the history calls that.
    """

    name: str
    label: str
    hint: str
    run: Callable[[Examination], str]
    done: tuple[str, str]
    failed: tuple[str, str]
    # Word in the database, and words for people.


@dataclass(frozen=True, slots=True)
class InstallationSection:
    """One page. `name` is what keys begin with, `place` its position among the others, `group` its heading on the
    overview. `recipient` asks for an address to which the check may send a mail.

    What the check found holds for other values too, if `reductions` make the same of them; they are given a value by
    its key.
    """

    name: str
    label: str
    lead: str
    place: int
    check: Check
    group: str = ""
    required: bool = False
    recipient: bool = False
    reductions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    guard: Guard | None = None
    actions: tuple[SectionAction, ...] = ()

    @property
    def path(self) -> str:
        return self.name.replace("_", "-")

    def action(self, name: str) -> SectionAction | None:
        return next((action for action in self.actions if action.name == name), None)


class Sections:
    """The catalogue."""

    def __init__(self) -> None:
        self._sections: dict[str, InstallationSection] = {}
        self._further: dict[str, list[Check]] = {}

    def add(self, section: InstallationSection) -> None:
        self._sections[section.name] = section

    def add_check(self, name: str, check: Check) -> None:
        """Let the page `name`, which somebody else declares, be tested by this, too."""
        self._further.setdefault(name, []).append(check)

    def all(self) -> list[InstallationSection]:
        return sorted(self._sections.values(), key=lambda section: section.place)

    def named(self, path: str) -> InstallationSection | None:
        """With dashes or underscores."""
        return self._sections.get(path.replace("-", "_"))

    def examine(self, section: InstallationSection, examination: Examination) -> Diagnosis:
        """All checks of the section as one; it passes when each of them does."""
        found = [_run(check, examination) for check in (section.check, *self._further.get(section.name, ()))]
        worst = [one for one in found if not one.passed] or found
        return Diagnosis(
            passed=all(one.passed for one in found),
            summary=" ".join(one.summary for one in worst if one.summary),
            details={key: value for one in found for key, value in one.details.items()},
        )


def _run(check: Check, examination: Examination) -> Diagnosis:
    try:
        return check(examination)
    except Exception as error:
        # Without its message, here and in the log: it may repeat an address with a password in it.
        name = type(error).__name__
        logger.warning("installation.check_failed check=%s error=%s", check.__name__, name)
        return Diagnosis(False, "The check failed unexpectedly.", {"error_class": name})

"""The settings of one page: where each value comes from, and what all of them are together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from logister_core.administration.installation.sections import InstallationSection
from logister_core.security.tokens import Signer
from logister_core.settings import CORE_SECTIONS, Origin, Saved, Settings, Variable
from logister_core.settings.fields import variables_of

FINGERPRINT = "installation settings fingerprint"


@dataclass(frozen=True, slots=True)
class SectionSetting:
    """One setting of a page: the field `name` of the dataclass `section`."""

    section: type
    name: str
    variable: Variable
    saved: Saved

    @property
    def key(self) -> str:
        return self.saved.key

    def origin(self, settings: Settings) -> Origin:
        return settings.given.origin(self.variable)

    def value(self, settings: Settings) -> Any:
        return settings.value(self.section, self.name)


def settings_of(section: InstallationSection, settings: Settings) -> list[SectionSetting]:
    """In the order in which they are declared."""
    return [
        SectionSetting(declaring, name, variable, variable.saved)
        for declaring in (*CORE_SECTIONS, *settings.given.sections)
        for name, variable in variables_of(declaring)
        if variable.saved is not None and variable.saved.page == section.name
    ]


def fingerprint(section: InstallationSection, settings: Settings) -> str:
    """Equal for equal values. Keyed, so that nobody who reads it in the database can try passwords on it."""
    signer = Signer(settings.secret_key, FINGERPRINT)
    lines = sorted(
        f"{one.key}={signer.signature(as_text(_reduced(section, one, settings)))}"
        for one in settings_of(section, settings)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _reduced(section: InstallationSection, one: SectionSetting, settings: Settings) -> Any:
    reduction = section.reductions.get(one.key)
    value = one.value(settings)
    return value if reduction is None else reduction(value)


def as_text(value: Any) -> str:
    """As an operator would write it; blank for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return ", ".join(str(item) for item in value)
    return str(value)

"""Which settings there are, and who finds them (specification, web chapter §17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Asker(Protocol):
    """What a person is to the project whose settings they opened."""

    @property
    def belongs(self) -> bool: ...
    @property
    def manages(self) -> bool: ...
    @property
    def owns(self) -> bool: ...
    @property
    def administers(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SettingsSection:
    name: str
    label: str
    open_to: Callable[[Asker], bool]


GENERAL = SettingsSection("general", "General", lambda asker: True)
TEAM = SettingsSection("team", "Team", lambda asker: asker.manages)
INTEGRATIONS = SettingsSection("integrations", "Integrations", lambda asker: asker.manages)
ADMIN = SettingsSection("admin", "Admin", lambda asker: asker.administers)
DANGER = SettingsSection("danger", "Danger", lambda asker: asker.owns)

SECTIONS = (GENERAL, TEAM, INTEGRATIONS, ADMIN, DANGER)


def sections_for(asker: Asker) -> list[SettingsSection]:
    return [section for section in SECTIONS if section.open_to(asker)]


def section_named(name: Any, asker: Asker) -> SettingsSection:
    """The section of that name; the first one when there is none, or none for this person."""
    return next((section for section in sections_for(asker) if section.name == name), GENERAL)

"""What the application bar shows: the projects to switch to and the sections of the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from logister_core.accounts.administrators import administers
from logister_core.security.flash import Message

PROJECTS_SHOWN = 20
# A filter box helps only where the list no longer fits a glance.
FILTER_FROM = 8


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    label: str
    path: str
    bottom: bool = True
    """Whether narrow screens show it in the bar at the bottom, which has room for five; else in the menu."""


SECTIONS = (
    Section("home", "Home", "", bottom=False),
    Section("inbox", "Inbox", "/inbox"),
    Section("events", "Events", "/activity"),
    Section("monitors", "Monitors", "/monitors"),
    Section("releases", "Releases", "/releases"),
    Section("settings", "Settings", "/settings"),
)

# Of nobody's project in particular.
OVER_ALL = (Section("projects", "Projects", "/projects"), Section("inbox", "Inbox", "/inbox"))


@dataclass(frozen=True, slots=True)
class SectionLink:
    name: str
    label: str
    href: str
    current: bool
    count: int | None
    bottom: bool


@dataclass(frozen=True, slots=True)
class ProjectLink:
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    href: str
    current: bool


class Shell:
    """Read by layout.pt only; every part is looked up when asked for, so fragments pay nothing.

    `values` is what the view returned. `project` (with `name` and `uuid`) switches the sections on,
    `section` names the current one, and `section_counts` (name -> number) adds a count to those that
    wait for somebody. `outsider` true says that the person may see nothing of the project but its settings.
    """

    def __init__(self, request: Any, values: Mapping[str, Any]) -> None:
        self._request = request
        self._values = values

    def path(self, path: str) -> str:
        """A path of this application, also when it is mounted below a prefix."""
        return f"{quote(self._request.script_name)}{path}"

    @property
    def project(self) -> Any:
        return self._values.get("project")

    def project_path(self, project: Any, rest: str = "") -> str:
        return self.path(f"/projects/{project.uuid}{rest}")

    @property
    def _outsider(self) -> bool:
        return bool(self._values.get("outsider"))

    @property
    def sections(self) -> list[SectionLink]:
        """Of the project; without one, what there is over all projects of the person."""
        if self.project is None:
            return self._over_all()
        counts = self._values.get("section_counts") or {}
        current = self._values.get("section")
        return [
            SectionLink(
                section.name,
                section.label,
                self.project_path(self.project, section.path),
                section.name == current,
                counts.get(section.name) or None,
                section.bottom,
            )
            for section in SECTIONS
            if section.name == "settings" or not self._outsider
        ]

    def _over_all(self) -> list[SectionLink]:
        if self.person_name is None:
            return []
        here = self._request.path_info
        return [
            SectionLink(
                section.name, section.label, self.path(section.path), section.path == here, None, section.bottom
            )
            for section in OVER_ALL
        ]

    @property
    def projects(self) -> list[ProjectLink]:
        """Projects of the person, most recent first, at most `PROJECTS_SHOWN`."""
        current = getattr(self.project, "uuid", None)
        projects = list(getattr(self._request, "shell_projects", None) or ())[:PROJECTS_SHOWN]
        return [ProjectLink(project.name, self.project_path(project), project.uuid == current) for project in projects]

    @property
    def filter_from(self) -> int:
        return FILTER_FROM

    @property
    def search_href(self) -> str | None:
        """The search field of the inbox; scripts focus it, without them the page opens at it. None for strangers."""
        if self.person_name is None or self._outsider:
            return None
        return self.path("/inbox#search") if self.project is None else self.project_path(self.project, "/inbox#search")

    @property
    def person_name(self) -> str | None:
        """Name, else address, of who is signed in; None when nobody is."""
        user = getattr(self._request, "user", None)
        if user is None:
            return None
        return str(getattr(user, "name", None) or getattr(user, "email", None) or "Account")

    @property
    def administers(self) -> bool:
        user, product = getattr(self._request, "user", None), self._product
        return user is not None and product is not None and administers(user, product.admin_emails)

    @property
    def flashes(self) -> list[Message]:
        return [Message(*flash) for flash in getattr(self._request, "flashes", None) or ()]

    @property
    def bell(self) -> list[Any]:
        """What the bell tells of; see `updates`."""
        return list(getattr(self._request, "bell_entries", None) or ())

    @property
    def canonical(self) -> str | None:
        """The page's address below the configured public one, whatever host the browser used."""
        product = self._product
        return None if product is None else f"{product.public_url}{quote(self._request.path_info)}"

    @property
    def docs_url(self) -> str | None:
        product = self._product
        return None if product is None else str(product.docs_url)

    def texts(self, names: Sequence[str]) -> list[PageLink]:
        """Links to those of the operator's texts that are there."""
        present = {text.name: text.label for text in getattr(self._request, "public_texts", None) or ()}
        here = self._request.path_info
        return [PageLink(present[name], self.path(f"/{name}"), here == f"/{name}") for name in names if name in present]

    @property
    def _product(self) -> Any:
        settings = self._request.registry.logister_settings
        return getattr(settings, "product", None)

"""The context of every page that belongs to a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.authorization import Allow, Authenticated
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound

from logister_core.accounts.administrators import administers
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.roles import PERMISSIONS, Role
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import ADMINISTER, MANAGE, OWN, SETTINGS
from logister_core.security.policy import ADMINISTRATOR
from logister_core.security.resources import led_home

if TYPE_CHECKING:
    from logister_core.projects.models import Project
    from logister_core.types import Request


class _OfProject:
    """What pages ask: which project, and what this person is to it. `role` is None for somebody who is nothing."""

    request: Request
    project: Project
    role: Role | None

    @property
    def __acl__(self) -> list[tuple[str, str, str]]:
        return [(Allow, Authenticated, permission) for permission in self._permissions]

    @property
    def belongs(self) -> bool:
        return self.role is not None

    @property
    def manages(self) -> bool:
        return MANAGE in self._permissions

    @property
    def owns(self) -> bool:
        return OWN in self._permissions

    @property
    def administers(self) -> bool:
        """Whether the person is an application administrator, whatever they are to the project."""
        request = self.request
        return request.user is not None and administers(request.user, request.settings.product.admin_emails)

    @property
    def _permissions(self) -> frozenset[str]:
        return frozenset() if self.role is None else PERMISSIONS[self.role]


class ProjectContext(_OfProject):
    """Root factory of routes with `{project}`: the project of that UUID and the person's role in it.

    404 when there is none or the person does not belong to it; strangers are asked to sign in. A route's `permission`
    (`view`, `manage`, `own`) says how much of it is needed.
    """

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        found = _visible(request)
        if found is None:
            raise HTTPNotFound
        self.request = request
        self.project, self.role = found


class SettingsContext(_OfProject):
    """Root factory of the settings: as `ProjectContext`, and application administrators find every project there."""

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        self.request = request
        found = _visible(request)
        if found is not None:
            self.project, self.role = found
            return
        project = _known(request) if self.administers else None
        if project is None:
            raise HTTPNotFound
        self.project, self.role = project, None

    @property
    def __acl__(self) -> list[tuple[str, str, str]]:
        return [*super().__acl__, (Allow, Authenticated, SETTINGS)]


class AdministeredProject(_OfProject):
    """Root factory of what application administrators decide about any project, whether they belong to it or not.

    404 when there is no such project. Everybody else is sent to the start page, before it is looked for.
    """

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        self.request = request
        if not self.administers:
            raise led_home(request)
        project = _known(request)
        if project is None:
            raise HTTPNotFound
        self.project = project
        found = _visible(request)
        self.role = None if found is None else found[1]

    @property
    def __acl__(self) -> list[tuple[str, str, str]]:
        return [*super().__acl__, (Allow, ADMINISTRATOR, ADMINISTER)]


def _visible(request: Request) -> tuple[Project, Role] | None:
    uuid = canonical_uuid(request.matchdict["project"])
    if uuid is None or request.user is None:
        return None
    return ProjectQuery(request.db).visible(uuid, request.user)


def _known(request: Request) -> Project | None:
    uuid = canonical_uuid(request.matchdict["project"])
    return None if uuid is None else ProjectQuery(request.db).by_uuid(uuid)

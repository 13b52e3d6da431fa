"""The context of every page that belongs to a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pyramid.authorization import Allow, Authenticated
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther

from logister_core.accounts.administrators import administers
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.roles import PERMISSIONS
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import ADMINISTER, MANAGE, OWN
from logister_core.security.policy import ADMINISTRATOR

if TYPE_CHECKING:
    from logister_core.types import Request


class ProjectContext:
    """Root factory of routes with `{project}`: the project of that UUID and the person's role in it.

    404 when there is none or the person does not belong to it; strangers are asked to sign in. A route's `permission`
    (`view`, `manage`, `own`) says how much of it is needed.
    """

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        uuid = canonical_uuid(request.matchdict["project"])
        found = None if uuid is None else ProjectQuery(request.db).visible(uuid, request.user)
        if found is None:
            raise HTTPNotFound
        self.request = request
        self.project, self.role = found

    @property
    def __acl__(self) -> list[tuple[str, str, str]]:
        return [(Allow, Authenticated, permission) for permission in PERMISSIONS[self.role]]

    @property
    def manages(self) -> bool:
        return MANAGE in PERMISSIONS[self.role]

    @property
    def owns(self) -> bool:
        return OWN in PERMISSIONS[self.role]


class AdministeredProject:
    """Root factory of what application administrators decide about any project, whether they belong to it or not.

    404 when there is no such project. Everybody else is sent to the start page, before it is looked for.
    """

    __acl__: ClassVar[list[tuple[str, str, str]]] = [(Allow, ADMINISTRATOR, ADMINISTER)]

    def __init__(self, request: Request) -> None:
        if request.user is None:
            raise HTTPForbidden
        if not administers(request.user, request.settings.product.admin_emails):
            request.flash("alert", "Only application administrators can open that page.")
            raise HTTPSeeOther(location=request.route_path("web.root"))
        query, uuid = ProjectQuery(request.db), canonical_uuid(request.matchdict["project"])
        project = None if uuid is None else query.by_uuid(uuid)
        if uuid is None or project is None:
            raise HTTPNotFound
        self.request = request
        self.project = project
        self.belongs = query.visible(uuid, request.user) is not None

"""Accounts, and browsers in which they are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import webtest

from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.projects.models import Project, ProjectMembership
from logister_core.security.cookies import SESSION, cookie_jar
from logister_core.security.sessions import SessionService

from .instance import Instance

PASSWORD = "correct horse battery"


@dataclass
class People:
    """Accounts with the password `PASSWORD`, browsers in which they are signed in, and projects of theirs."""

    site: Instance
    _hash: str = field(default_factory=lambda: PasswordHasher.for_tests().hash(PASSWORD))

    def add(self, email: str = "ana@example.com", **values: Any) -> User:
        return self.site.user(email, password_hash=self._hash, **values)

    def sign_in(self, browser: webtest.TestApp, email: str, password: str = PASSWORD, **fields: Any) -> Any:
        """Fill in the sign-in form and send it; any status is returned."""
        form = browser.get("/users/sign_in").form
        form["user[email]"] = email
        form["user[password]"] = password
        for name, value in fields.items():
            form[f"user[{name}]"] = value
        return form.submit(status="*")

    def enter(self, user: User) -> webtest.TestApp:
        """A browser in which that person has signed in with the form."""
        browser = self.site.browser()
        assert self.sign_in(browser, user.email).status_int == 303
        return browser

    def browser_of(self, user: User) -> webtest.TestApp:
        """A browser in which that person is signed in, as if the form had been sent a moment ago."""
        with self.site.write() as db:
            sessions = SessionService(db, self.site.clock)
            token = sessions.begin(user.id, persistent=False, ip="127.0.0.1", user_agent="")
        browser = self.site.browser()
        browser.set_cookie(cookie_jar(self.site.settings)(SESSION).name, token)
        return browser

    def newcomer(self, email: str = "ana@example.com", **values: Any) -> tuple[User, webtest.TestApp]:
        """A new account and a browser in which it is signed in."""
        user = self.add(email, **values)
        return user, self.browser_of(user)

    def project(self, owner: User, name: str = "Shop", **values: Any) -> Project:
        now = self.site.clock()
        defaults = {"slug": name.lower(), "integration_kind": "python", "created_at": now, "updated_at": now}
        with self.site.write() as db:
            project = Project(owner_id=owner.id, name=name, **defaults | values)
            db.add(project)
        return project

    def join(self, project: Project, user: User, role: str) -> None:
        with self.site.write() as db:
            db.add(ProjectMembership(project_id=project.id, user_id=user.id, role=role, created_at=self.site.clock()))

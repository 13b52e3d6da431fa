"""Browsers of people on their way in: asked for their second factor, or with an invitation that they opened."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from logister_core.accounts.models import User
from logister_core.invitations.models import Invitation
from logister_core.projects.models import Project
from logister_core.second_factors.models import AuthenticatorApp, Passkey
from logister_core.security.cookies import INVITATION, STEP, cookie_jar
from logister_core.security.tokens import digest

from .instance import Instance
from .people import People

Cookies = dict[str, str]


def at_second_step(site: Instance) -> tuple[Cookies, Cookies]:
    """Of somebody with an authenticator app, and of somebody with a passkey."""
    people, now = People(site), site.clock()
    app, passkey = people.add("app@example.com"), people.add("passkey@example.com")
    with site.write() as db:
        db.add(AuthenticatorApp(user_id=app.id, sealed_secret="", created_at=now, confirmed_at=now))
        key = {"name": "Laptop", "credential_id": "halfway", "public_key": "", "sign_count": 0, "created_at": now}
        db.add(Passkey(user_id=passkey.id, **key))
    name = cookie_jar(site.settings)(STEP).name
    found = []
    for person in (app, passkey):
        browser = site.browser()
        people.sign_in(browser, person.email)
        found.append({name: browser.cookies[name]})
    return found[0], found[1]


def invited(site: Instance, by: User, project_uuid: str) -> Cookies:
    """An invitation to look at that project."""
    token, now = f"invitation-{project_uuid}", site.clock()
    with site.write() as db:
        project = db.scalars(select(Project).where(Project.uuid == UUID(project_uuid))).one()
        values = {"email": "", "role": "viewer", "invited_by_id": by.id, "created_at": now}
        db.add(Invitation(token_digest=digest(token), project_id=project.id, expires_at=now + timedelta(7), **values))
    return {cookie_jar(site.settings)(INVITATION).name: token}

"""Projects and keys, as rows."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.projects.models import Project, ProjectMembership
from support.instance import Instance


def project(site: Instance, owner: User | None = None, **values: Any) -> Project:
    """A project of `owner`, who is made when not given."""
    owner = owner or site.user()
    name = values.pop("name", f"Shop {secrets.token_hex(3)}")
    now = site.clock()
    defaults = {
        "owner_id": owner.id,
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "integration_kind": "python",
        "created_at": now,
        "updated_at": now,
    }
    with site.write() as db:
        made = Project(**defaults | values)
        db.add(made)
    return made


def member(site: Instance, of: Project, role: str, user: User | None = None) -> User:
    """A person with `role` (admin or viewer) in the project."""
    user = user or site.user()
    with site.write() as db:
        db.add(ProjectMembership(project_id=of.id, user_id=user.id, role=role, created_at=site.clock()))
    return user


def api_key(site: Instance, of: Project, **values: Any) -> str:
    """The token of a new key of the project."""
    token = f"logister_{secrets.token_hex(24)}"
    now = site.clock()
    defaults = {
        "project_id": of.id,
        "name": "tests",
        "token_digest": hashlib.sha256(token.encode()).hexdigest(),
        "created_at": now,
        "updated_at": now,
    }
    with site.write() as db:
        db.add(ApiKey(**defaults | values))
    return token

"""Who may do what in a project."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from logister_core.projects.models import MemberRole
from logister_core.security.permissions import MANAGE, OWN, VIEW


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = MemberRole.ADMIN.value
    VIEWER = MemberRole.VIEWER.value


PERMISSIONS: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.OWNER: frozenset({VIEW, MANAGE, OWN}),
        Role.ADMIN: frozenset({VIEW, MANAGE}),
        Role.VIEWER: frozenset({VIEW}),
    }
)

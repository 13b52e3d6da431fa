"""Pyramid's questions about who asks and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.interfaces import ISecurityPolicy
from pyramid.request import RequestLocalCache
from zope.interface import implementer

from logister_core.accounts.administrators import administers
from logister_core.accounts.models import User, UserSession
from logister_core.security.cookies import SESSION
from logister_core.security.sessions import PERSISTENT, SessionService

if TYPE_CHECKING:
    from collections.abc import Callable

    from logister_core.security.cookies import Cookie
    from logister_core.types import Request

ADMINISTRATOR = "role:administrator"


@dataclass(frozen=True, slots=True)
class Identity:
    user: User
    user_session: UserSession


@implementer(ISecurityPolicy)
class SecurityPolicy:
    """The session cookie leads to a row, the row to a person, the context's ACL to what they may do."""

    def __init__(self, jar: Callable[[str], Cookie]) -> None:
        self.cookie = jar(SESSION)
        self._acl = ACLHelper()
        self._identities = RequestLocalCache(self._find)

    def identity(self, request: Request) -> Identity | None:
        found: Identity | None = self._identities.get_or_create(request)
        return found

    def authenticated_userid(self, request: Request) -> str | None:
        user = self.user(request)
        return None if user is None else str(user.uuid)

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        return self._acl.permits(context, self._principals(request), permission)

    def remember(self, request: Request, userid: int, *, persistent: bool = False, **kw: Any) -> list[tuple[str, str]]:
        """Begin a session for the user with that id; always a new one, whatever cookie the browser sent."""
        token = _sessions(request).begin(
            userid, persistent=persistent, ip=request.client_ip, user_agent=request.user_agent or ""
        )
        return [self.cookie.header(token, max_age=int(PERSISTENT.total_seconds()) if persistent else None)]

    def forget(self, request: Request, **kw: Any) -> list[tuple[str, str]]:
        """End the session of this request, if there is one."""
        if request.user_session is not None:
            _sessions(request).end(request.user_session)
        return [self.cookie.removal()]

    def user(self, request: Request) -> User | None:
        identity = self.identity(request)
        return None if identity is None else identity.user

    def user_session(self, request: Request) -> UserSession | None:
        identity = self.identity(request)
        return None if identity is None else identity.user_session

    def _find(self, request: Request) -> Identity | None:
        token = self.cookie.value(request)
        if token is None:
            return None
        found = _sessions(request).find(token)
        return None if found is None else Identity(found.user, found)

    def _principals(self, request: Request) -> list[str]:
        user = request.user
        if user is None:
            return [Everyone]
        principals = [Everyone, Authenticated]
        if administers(user, request.settings.product.admin_emails):
            principals.append(ADMINISTRATOR)
        return principals


def _sessions(request: Request) -> SessionService:
    return SessionService(request.db, request.registry.clock)

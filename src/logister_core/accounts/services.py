"""What can be done with accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.passwords import MAXIMUM_LENGTH, PasswordHasher, password_problem
from logister_core.errors import Refused
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_core.types import Request

NAME_LENGTH = 100
EMAIL_LENGTH = 254

# Besides blanks, nothing that has a meaning of its own where addresses are listed.
_PART = r"[^@\s\x00-\x1f\x7f<>()\[\]\\,;:\"]+"
_EMAIL = re.compile(f"{_PART}@{_PART}")


class UserService:
    def __init__(self, session: Session, clock: Callable[[], datetime], hasher: PasswordHasher) -> None:
        self._session = session
        self._clock = clock
        self._hasher = hasher

    @classmethod
    def from_request(cls, context: object, request: Request) -> UserService:
        return cls(request.db, request.registry.clock, request.find_service(PasswordHasher))

    def create(
        self, *, email: str, name: str, password: str, application_admin: bool = False, confirmed: bool = False
    ) -> User:
        """A new account. Raises `Refused` with problems by field: email, name, password."""
        email, name = normal_email(email), one_line(name)
        problems = account_problems(email=email, name=name, password=password)
        if "email" not in problems and self.by_email(email) is not None:
            problems["email"] = "There is an account with this e-mail address already."
        if problems:
            raise Refused(problems)
        now = self._clock()
        user = User(
            email=email,
            name=name,
            password_hash=self._hasher.hash(password),
            application_admin=application_admin,
            confirmed_at=now if confirmed else None,
            created_at=now,
            updated_at=now,
        )
        self._session.add(user)
        self._session.flush()
        return user

    def authenticate(self, email: str, password: str) -> User | None:
        """Whom address and password belong to, confirmed or not; None is all a wrong guess learns."""
        user = self.by_email(email)
        # Nobody has a longer one, and hashing megabytes is work that a stranger could order.
        password = password[: MAXIMUM_LENGTH + 1]
        if not self._hasher.verify(None if user is None else user.password_hash, password) or user is None:
            return None
        if self._hasher.outdated(user.password_hash):
            user.password_hash = self._hasher.hash(password)
        return user

    def by_email(self, email: str) -> User | None:
        email = normal_email(email)
        if not valid_email(email):
            return None
        return self._session.scalar(select(User).where(User.email == email))

    def anybody(self) -> bool:
        """Whether there is any account yet."""
        return bool(self._session.scalar(select(exists().select_from(User))))


def account_problems(*, email: str, name: str, password: str) -> dict[str, str]:
    """What is wrong with these, by field; whether the address is taken is another question."""
    problems = {}
    if not valid_email(email):
        problems["email"] = "Enter an e-mail address."
    if (problem := name_problem(name)) is not None:
        problems["name"] = problem
    if (problem := password_problem(password)) is not None:
        problems["password"] = problem
    return problems


def name_problem(name: str) -> str | None:
    return f"A name has at most {NAME_LENGTH} characters." if len(name) > NAME_LENGTH else None


def normal_email(email: str) -> str:
    return email.strip().lower()


def valid_email(email: str) -> bool:
    """Something on both sides of one @, storable; whether it receives mail only mail can tell."""
    if len(email) > EMAIL_LENGTH or not email.isprintable():
        return False
    return _EMAIL.fullmatch(email) is not None

"""Making an account, and everything about it that its owner can change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.links import AccountLinks
from logister_core.accounts.models import User, UserSession
from logister_core.accounts.passwords import PasswordHasher, password_problem
from logister_core.accounts.services import account_problems, name_problem, normal_email, valid_email
from logister_core.audit.log import AuditLog
from logister_core.db.upsert import insert_for
from logister_core.errors import Refused
from logister_core.ids import uuid7
from logister_core.mail.services import AccountMails
from logister_core.security.inputs import one_line
from logister_core.security.sessions import SessionService

if TYPE_CHECKING:
    from logister_core.types import Request

DIFFERENT = "The two passwords differ."


class AccountChanges:
    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        hasher: PasswordHasher,
        *,
        links: AccountLinks,
        mails: AccountMails,
        audit: AuditLog,
    ) -> None:
        self._session = session
        self._clock = clock
        self._hasher = hasher
        self._links = links
        self._mails = mails
        self._audit = audit

    @classmethod
    def from_request(cls, context: object, request: Request) -> AccountChanges:
        return cls(
            request.db,
            request.registry.clock,
            request.find_service(PasswordHasher),
            links=request.find_service(AccountLinks),
            mails=request.find_service(AccountMails),
            audit=request.find_service(AuditLog),
        )

    def sign_up(self, *, email: str, name: str, password: str, confirmation: str) -> str:
        """Make an account that waits for its confirmation; the hash of its password.

        An address that has an account takes the same path and as long: its owner gets a mail, who asked learns
        nothing. As long as nobody has confirmed the address, the last who asks decides about name and password.
        Raises `Refused`: email, name, password, password_confirmation.
        """
        email, name = normal_email(email), one_line(name)
        problems = account_problems(email=email, name=name, password=password)
        if password != confirmation:
            problems["password_confirmation"] = DIFFERENT
        if problems:
            raise Refused(problems)
        password_hash, now = self._hasher.hash(password), self._clock()
        values = {
            "uuid": uuid7(),
            "email": email,
            "name": name,
            "password_hash": password_hash,
            "application_admin": False,
            "created_at": now,
            "updated_at": now,
        }
        # Of two who ask at once one makes the account and the other finds it.
        statement = insert_for(self._session, User).values(**values).on_conflict_do_nothing(index_elements=["email"])
        self._session.execute(statement)
        user = self._session.scalars(select(User).where(User.email == email)).one()
        if user.may_sign_in:
            self._audit.record("account.signed_up_again", subject=user)
            self._mails.already_registered(user)
            return password_hash
        user.name, user.password_hash = name, password_hash
        # What was sent to earlier ones must not confirm this password.
        user.confirmation_digest = None
        self._audit.record("account.signed_up", subject=user)
        self._mails.confirmation(user)
        return password_hash

    def confirm(self, user: User) -> None:
        """The address that waits for it is this person's. Raises `Refused` (email) when another account has it."""
        now = self._clock()
        if user.unconfirmed_email is not None:
            taken = select(User.id).where(User.email == user.unconfirmed_email, User.id != user.id)
            if self._session.scalar(taken) is not None:
                raise Refused({"email": "Another account has this e-mail address by now."})
            old, user.email, user.unconfirmed_email = user.email, user.unconfirmed_email, None
            self._forget_resets(user, old)
            self._audit.record("account.email_changed", user=user, subject=user, old=old)
            self._mails.email_changed(user, old)
        else:
            self._audit.record("account.confirmed", user=user, subject=user)
        user.confirmed_at = user.confirmed_at or now
        user.updated_at = now

    def rename(self, user: User, name: str) -> None:
        """Raises `Refused`: name."""
        name = one_line(name)
        if (problem := name_problem(name)) is not None:
            raise Refused({"name": problem})
        if name != user.name:
            user.name, user.updated_at = name, self._clock()

    def change(
        self,
        user: User,
        *,
        name: str,
        email: str,
        password: str,
        confirmation: str,
        keep: UserSession | None,
    ) -> tuple[bool, bool]:
        """Whether a new address waits for its confirmation now, and whether the password is another.

        An empty password stays what it is; another one ends all sessions but `keep`. Raises `Refused`: name, email,
        password, password_confirmation.
        """
        email = normal_email(email)
        problems = {}
        if email != user.email and not valid_email(email):
            problems["email"] = "Enter an e-mail address."
        if (problem := name_problem(one_line(name))) is not None:
            problems["name"] = problem
        if password and (problem := password_problem(password)) is not None:
            problems["password"] = problem
        if password != confirmation:
            problems["password_confirmation"] = DIFFERENT
        if problems:
            raise Refused(problems)
        self.rename(user, name)
        if password:
            self.set_password(user, password, keep=keep)
        return self._move(user, email), bool(password)

    def keep_address(self, user: User) -> bool:
        """Take back the change that waits for its confirmation. False when there is none."""
        if user.unconfirmed_email is None:
            return False
        self._audit.record("account.email_change_taken_back", subject=user, new=user.unconfirmed_email)
        # The link that went there must confirm nothing any more.
        user.confirmation_digest = user.unconfirmed_email = None
        user.updated_at = self._clock()
        return True

    def set_password(self, user: User, password: str, *, keep: UserSession | None = None) -> None:
        """End all sessions but `keep`, spoil links that were sent before, and tell the owner.

        The password must have been found good.
        """
        user.password_hash, user.updated_at = self._hasher.hash(password), self._clock()
        self._forget_resets(user, user.email)
        SessionService(self._session, self._clock).end_others(user, keep=keep)
        self._audit.record("account.password_changed", user=user, subject=user)
        self._mails.password_changed(user)

    def reset_password(self, user: User, *, password: str, confirmation: str) -> None:
        """With the link; an account whose address nobody has confirmed gets the mail for that again.

        Raises `Refused` (password, password_confirmation); the link then stays good.
        """
        problems = {}
        if (problem := password_problem(password)) is not None:
            problems["password"] = problem
        if password != confirmation:
            problems["password_confirmation"] = DIFFERENT
        if problems:
            raise Refused(problems)
        self.set_password(user, password)
        if user.confirmed_at is None:
            self._mails.confirmation(user)

    def _move(self, user: User, email: str) -> bool:
        if email == (user.unconfirmed_email or user.email):
            return False
        if email == user.email:
            self.keep_address(user)
            return False
        # A link that went to one address must not confirm another.
        user.confirmation_digest = None
        user.unconfirmed_email, user.updated_at = email, self._clock()
        self._audit.record("account.email_change_asked", subject=user, new=email)
        self._mails.confirmation(user)
        return True

    def _forget_resets(self, user: User, email: str) -> None:
        self._links.forget_reset(user)
        self._mails.withdraw_resets(user, email)

"""Logins that a program begins and a person decides in a browser (specification, read API chapter §5; RFC 8628)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.cli_access.models import CliAccessToken, CliDeviceAuthorization, LoginStatus
from logister_core.cli_access.schemas import WantedLogin
from logister_core.cli_access.services import CliTokens
from logister_core.errors import Refused
from logister_core.projects.queries import ProjectQuery
from logister_core.security.tokens import digest

if TYPE_CHECKING:
    from logister_core.types import Request

LIFE: Final = timedelta(minutes=10)
# Seconds between two questions of a program.
INTERVAL: Final = 3
DEVICE_CODE_BYTES: Final = 48
# Without what is easily taken for something else.
USER_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
USER_CODE_LENGTH: Final = 8
ATTEMPTS: Final = 10
_NO_CODE = re.compile("[^A-Z0-9]+")


class NoToken(StrEnum):
    """Why a program does not get its token, in the words of RFC 8628."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"
    INVALID = "invalid_grant"


@dataclass(frozen=True, slots=True)
class BegunLogin:
    """Both codes exist nowhere else; `user_code` as people read it."""

    login: CliDeviceAuthorization
    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class Granted:
    """`plain` is the token itself, told now or never."""

    token: CliAccessToken
    plain: str
    user: User


class DeviceLogins:
    def __init__(
        self, session: Session, clock: Callable[[], datetime], tokens: CliTokens, projects: ProjectQuery
    ) -> None:
        self._session = session
        self._clock = clock
        self._tokens = tokens
        self._projects = projects

    @classmethod
    def from_request(cls, context: object, request: Request) -> DeviceLogins:
        return cls(request.db, request.registry.clock, request.find_service(CliTokens), ProjectQuery(request.db))

    def begin(self, wanted: WantedLogin, ip: str) -> BegunLogin:
        """`ip` is the address of the program."""
        device_code, user_code = secrets.token_urlsafe(DEVICE_CODE_BYTES), self._free_user_code()
        now = self._clock()
        login = CliDeviceAuthorization(
            device_code_digest=digest(device_code),
            user_code_digest=digest(user_code),
            client_name=wanted.client_name,
            ip=ip,
            requested_scopes=list(wanted.scopes),
            created_at=now,
            expires_at=now + LIFE,
        )
        self._session.add(login)
        self._session.flush()
        return BegunLogin(login, device_code, shown_code(user_code))

    def find(self, user_code: str, *, decide: bool = False) -> CliDeviceAuthorization | None:
        """The login of that code, however it is written. Whoever is about to `decide` keeps others from it."""
        statement = select(CliDeviceAuthorization).where(
            CliDeviceAuthorization.user_code_digest == digest(bare_code(user_code))
        )
        return self._session.scalar(statement.with_for_update() if decide else statement)

    def waits(self, login: CliDeviceAuthorization | None) -> bool:
        """Whether it can still be decided."""
        return login is not None and login.status == LoginStatus.PENDING and login.expires_at > self._clock()

    def approve(
        self, login: CliDeviceAuthorization, user: User, *, all_projects: bool, chosen: Collection[UUID]
    ) -> None:
        """Raises `Refused` unless all or at least one project is chosen, and all of these are theirs."""
        if not all_projects:
            if not chosen:
                raise Refused({"": "Choose at least one project, or all of them."})
            if not set(chosen) <= self._uuids_of(user):
                raise Refused({"": "One of these projects is not yours any more. Look at the list again."})
        login.status = LoginStatus.APPROVED.value
        login.approved_at = self._clock()
        login.user_id = user.id
        login.approved_all_projects = all_projects
        login.approved_project_uuids = [] if all_projects else sorted(str(uuid) for uuid in set(chosen))

    def deny(self, login: CliDeviceAuthorization, user: User) -> None:
        login.status = LoginStatus.DENIED.value
        login.denied_at = self._clock()
        login.user_id = user.id

    def exchange(self, device_code: str) -> Granted | NoToken:
        """The token of an approved login, once. Each question counts, whatever comes of it: do not roll it back."""
        login = self._session.scalar(
            select(CliDeviceAuthorization)
            .where(CliDeviceAuthorization.device_code_digest == digest(device_code))
            # Of two programs with the same code one waits, and comes too late.
            .with_for_update()
        )
        if login is None:
            return NoToken.INVALID
        now = self._clock()
        if login.status == LoginStatus.PENDING and _just_polled(login, now):
            return NoToken.SLOW_DOWN
        login.last_polled_at = now
        if login.expires_at <= now:
            return NoToken.EXPIRED
        if login.status == LoginStatus.DENIED:
            return NoToken.DENIED
        if login.status == LoginStatus.PENDING:
            return NoToken.PENDING
        if login.status == LoginStatus.CONSUMED or login.token_id is not None:
            return NoToken.INVALID
        return self._grant(login, now)

    def _grant(self, login: CliDeviceAuthorization, now: datetime) -> Granted | NoToken:
        user, chosen = login.user, login.approved_project_uuids
        if user is None or not {UUID(uuid) for uuid in chosen} <= self._uuids_of(user):
            # Somebody took a project away between the approval and this moment.
            return NoToken.INVALID
        token, plain = self._tokens.grant(
            user,
            name=f"{login.client_name} device login",
            scopes=login.requested_scopes,
            all_projects=login.approved_all_projects,
            project_uuids=chosen,
        )
        login.token_id = token.id
        login.status = LoginStatus.CONSUMED.value
        login.consumed_at = now
        return Granted(token, plain, user)

    def _uuids_of(self, user: User) -> set[UUID]:
        return {project.uuid for project in self._projects.accessible(user)}

    def _free_user_code(self) -> str:
        for _ in range(ATTEMPTS):
            code = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))
            taken = exists().where(CliDeviceAuthorization.user_code_digest == digest(code))
            if not self._session.scalar(select(taken)):
                return code
        raise RuntimeError("no code for a CLI login was free")


def bare_code(typed: str) -> str:
    """Letters and digits alone: people type it with and without the dash, in small letters too."""
    return _NO_CODE.sub("", typed.upper())


def shown_code(code: str) -> str:
    half = USER_CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def _just_polled(login: CliDeviceAuthorization, now: datetime) -> bool:
    return login.last_polled_at is not None and now - login.last_polled_at < timedelta(seconds=INTERVAL)

"""What a browser can show that it did here before, without being signed in: signed cookies, nothing stored."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from logister_core.security.cookies import DEVICE, PENDING, cookie_jar
from logister_core.security.tokens import Signer, new_token, same

if TYPE_CHECKING:
    from logister_core.accounts.models import User
    from logister_core.types import Request

DEVICE_SECONDS: Final = 365 * 24 * 3600
PENDING_SECONDS: Final = 7 * 24 * 3600


class Browsers:
    """`device`: signed in to this account before. `pending`: made this account, with the password it has now."""

    def __init__(self, request: Request) -> None:
        jar = cookie_jar(request.settings)
        self._request = request
        self._device, self._pending = jar(DEVICE), jar(PENDING)
        self._signer = Signer(request.settings.secret_key, "browsers")

    def device(self, email: str) -> str | None:
        """An id of this browser when somebody has signed in to the account of `email` with it before."""
        id_, _, proof = (self._device.value(self._request) or "").partition(".")
        if not id_ or not same(proof, self._signature("device", id_, email)):
            return None
        return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()

    def device_header(self, user: User) -> tuple[str, str]:
        """The cookie for a browser in which `user` has just signed in."""
        id_ = new_token()
        value = f"{id_}.{self._signature('device', id_, user.email)}"
        return self._device.header(value, max_age=DEVICE_SECONDS)

    def made(self, user: User) -> bool:
        """Whether this browser gave the account the password that it has."""
        return same(self._pending.value(self._request) or "", self._pending_value(user.email, user.password_hash))

    def pending_header(self, email: str, password_hash: str) -> tuple[str, str]:
        """The cookie for a browser in which an account was made; one that was not made gets one as well."""
        return self._pending.header(self._pending_value(email, password_hash), max_age=PENDING_SECONDS)

    def _pending_value(self, email: str, password_hash: str) -> str:
        return self._signature("pending", password_hash, email)

    def _signature(self, kind: str, what: str, email: str) -> str:
        return self._signer.signature(f"{kind} {what} {email.strip().lower()}")

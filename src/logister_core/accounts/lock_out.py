"""A pause after many wrong passwords for one account, which grows and never lasts.

It holds for those who could have sent the wrong ones: one address, or all browsers that have never been signed in to
the account. A browser that has is judged by its own mistakes alone, and the link to a new password works all the time,
so nobody can lock the owner out. Counted by the address that was typed, whether it has an account or not.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.form_limits import KEY_PREFIX, email_identity, ip_identity
from logister_core.logs import event

if TYPE_CHECKING:
    from logister_core.rate_limits import RateLimiter
    from logister_core.types import Request

logger = logging.getLogger(__name__)

HOUR: Final = 3600
DAY: Final = 86_400
# Seconds.
FIRST_PAUSE: Final = 30
LONGEST_PAUSE: Final = 900
# Mistakes that cost nothing: of one browser or address in an hour, of all strangers together in a day.
FREE: Final = 10
FREE_OF_STRANGERS: Final = 30


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who may have sent the wrong passwords; `free` mistakes in `window` seconds cost nothing."""

    scope: str
    identity: str
    free: int
    window: int


class LockOut:
    """Of one account, for those who ask now."""

    def __init__(self, limiter: RateLimiter, guessers: tuple[Guesser, ...]) -> None:
        self._limiter = limiter
        self._guessers = guessers

    @classmethod
    def of_sign_in(cls, request: Request, email: str) -> LockOut:
        """Against guesses at the account of `email`."""
        device, account = Browsers(request).device(email), email_identity(email)
        if device is not None:
            return cls(request.registry.rate_limiter, (Guesser("device", f"{account}:{device}", FREE, HOUR),))
        address = f"{account}:{ip_identity(request.client_ip)}"
        return cls(
            request.registry.rate_limiter,
            (Guesser("address", address, FREE, HOUR), Guesser("strangers", account, FREE_OF_STRANGERS, DAY)),
        )

    @classmethod
    def of_session(cls, request: Request) -> LockOut:
        """Against guesses at the password of somebody whose session was taken over."""
        assert request.user_session is not None  # noqa: S101 - asked on pages of people who are signed in
        identity = str(request.user_session.uuid)
        return cls(request.registry.rate_limiter, (Guesser("session", identity, FREE, HOUR),))

    def pause(self) -> int:
        """Seconds for which no password is looked at; 0 to go on."""
        return max(self._limiter.count(self._key(guesser, "pause"), 0, keep=1) or 0 for guesser in self._guessers)

    def failed(self) -> None:
        """Tell of a wrong password."""
        for guesser in self._guessers:
            failures = self._limiter.count(self._key(guesser, "failures"), 1, keep=guesser.window) or 0
            if failures < guesser.free:
                continue
            pause = min(FIRST_PAUSE * 2 ** min(failures - guesser.free, 10), LONGEST_PAUSE)
            # The counter holds its own length, for the answer to those who come meanwhile.
            self._limiter.count(self._key(guesser, "pause"), pause, keep=pause)
            logger.warning(event("accounts.locked_out", scope=guesser.scope, failures=failures, seconds=pause))

    def succeeded(self) -> None:
        """Tell of a right password: what came before were mistakes of its owner. Those of strangers stay counted."""
        for guesser in self._guessers:
            if guesser.scope != "strangers":
                key = self._key(guesser, "failures")
                failures = self._limiter.count(key, 0, keep=1)
                if failures:
                    self._limiter.count(key, -failures, keep=1)

    @staticmethod
    def _key(guesser: Guesser, what: str) -> str:
        return f"{KEY_PREFIX}:lock_out:{what}:{guesser.scope}:{guesser.identity}"

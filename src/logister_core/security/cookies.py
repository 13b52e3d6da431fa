"""The cookies we set: their names, flags and how they are removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webob.cookies import make_cookie

from logister_core.settings import Settings

SESSION = "logister_session"
VISITOR = "logister_visitor"
FLASH = "logister_flash"
# A sign-in that is half done.
STEP = "logister_step"
# An invitation that was opened.
INVITATION = "logister_invitation"
# With whose password this browser has signed in before.
DEVICE = "logister_device"
# Which account was made in it and waits to be confirmed.
PENDING = "logister_pending"
# Which projects somebody looked at last.
RECENT = "logister_recent"


@dataclass(frozen=True, slots=True)
class Cookie:
    """Always for the whole host, out of reach of scripts, and not sent along by other sites' forms."""

    name: str
    secure: bool

    def header(self, value: str, *, max_age: int | None = None) -> tuple[str, str]:
        """A Set-Cookie header; without `max_age` (seconds) the cookie ends with the browser's session."""
        cookie: str = make_cookie(
            self.name, value, max_age=max_age, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )
        return "Set-Cookie", cookie

    def removal(self) -> tuple[str, str]:
        # With all flags: browsers ignore a `__Host-` cookie without them, its removal included.
        return self.header("", max_age=0)

    def value(self, request: Any) -> str | None:
        found: str | None = request.cookies.get(self.name)
        return found or None


def cookie_jar(settings: Settings) -> Callable[[str], Cookie]:
    """Cookies by name, as this installation sets them.

    In production the prefix makes browsers refuse such a cookie unless it came over https from this very host.
    """
    secure = settings.production
    return lambda name: Cookie(f"__Host-{name}" if secure else name, secure)

"""How often programs may ask (specification, read API chapter §7, accounts chapter §6).

Whoever asks is counted first and judged then. While the counters are away everybody goes on.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Final

from logister_core.accounts.form_limits import KEY_PREFIX, ip_identity
from logister_core.cli_access.errors import RateLimited
from logister_core.logs import event

if TYPE_CHECKING:
    from logister_core.cli_access.models import CliAccessToken
    from logister_core.rate_limits import Verdict
    from logister_core.types import Request

logger = logging.getLogger(__name__)

_COUNTED: Final = "logister.cli.counted"
# Seconds from the first of them.
LOGIN_WINDOW: Final = 60
LOGINS: Final = 30
POLLS: Final = 120


def count_address(request: Request) -> None:
    """Any request that needs a token, before the token is looked at. Raises `RateLimited`."""
    _hit(request, "cli_pre_auth", f"ip:{request.client_ip}", request.settings.cli.pre_auth_limit_requests)


def count_token(request: Request, token: CliAccessToken) -> None:
    """Raises `RateLimited`."""
    _hit(request, "cli_read", f"token:{token.uuid}", request.settings.cli.rate_limit_requests)


def count_login(request: Request) -> None:
    """A program that begins a login. Raises `RateLimited`."""
    _count(request, "create", LOGINS)


def count_poll(request: Request) -> None:
    """A program that asks for its token. Raises `RateLimited`."""
    _count(request, "token", POLLS)


def counted(request: Request) -> Verdict | None:
    """Of the counter that was asked last and tells how it stands."""
    found: Verdict | None = request.environ.get(_COUNTED)
    return found


def _hit(request: Request, kind: str, identity: str, limit: int) -> None:
    period = request.settings.cli.rate_limit_period
    verdict = request.registry.rate_limiter.hit(kind, "all", identity, limit=limit, period=period)
    if verdict is None:
        return
    request.environ[_COUNTED] = verdict
    if verdict.limited:
        raise RateLimited.by(verdict)


def _count(request: Request, rule: str, limit: int) -> None:
    identity = hashlib.sha256(ip_identity(request.client_ip).encode()).hexdigest()
    count = request.registry.rate_limiter.count(f"{KEY_PREFIX}:cli_login:{rule}:{identity}", 1, keep=LOGIN_WINDOW)
    if count is not None and count > limit:
        told = {"rule": rule, "count": count, "limit": limit, "window": LOGIN_WINDOW, "scope": "ip"}
        logger.warning(event("cli_access.too_often", **told))
        raise RateLimited(LOGIN_WINDOW, told=False)

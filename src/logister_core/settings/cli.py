"""The settings of what programs read in the name of people."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import integer, setting, text

_VERSION = r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
_MOST_REQUESTS = 100_000


@dataclass(frozen=True, kw_only=True)
class CliSettings:
    token_prefix: str = setting(
        "LOGISTER_CLI_TOKEN_PREFIX",
        "logister_cli",
        text("1 to 40 letters, digits, dashes or underscores", pattern=r"[A-Za-z0-9_-]{1,40}"),
        help="start of new CLI tokens; old tokens stay valid",
    )
    rate_limit_requests: int = setting(
        "LOGISTER_CLI_READ_RATE_LIMIT_REQUESTS",
        "600",
        integer(1, _MOST_REQUESTS, unit="requests"),
        help="of one CLI token in one window",
    )
    rate_limit_period: int = setting(
        "LOGISTER_CLI_READ_RATE_LIMIT_PERIOD_SECONDS",
        "60",
        integer(1, 3600, unit="seconds"),
        help="length of the window of both limits; windows are aligned to the epoch",
    )
    pre_auth_limit_requests: int = setting(
        "LOGISTER_CLI_PRE_AUTH_RATE_LIMIT_REQUESTS",
        "1200",
        integer(1, _MOST_REQUESTS, unit="requests"),
        help="of one address in one window, before its CLI token is looked at",
    )
    statement_timeout: int = setting(
        "LOGISTER_CLI_POSTGRES_STATEMENT_TIMEOUT_MS",
        "15000",
        integer(100, 120_000, unit="milliseconds"),
        help="that the database may work on one statement of a request with a CLI token; on SQLite on all of them",
    )
    minimum_version: str = setting(
        "LOGISTER_CLI_MINIMUM_VERSION",
        "0.1.0",
        text("a version such as 1.2.3", pattern=_VERSION),
        help="older command line clients refuse to work with this server",
    )
    recommended_version: str = setting(
        "LOGISTER_CLI_RECOMMENDED_VERSION",
        "0.1.2",
        text("a version such as 1.2.3", pattern=_VERSION),
        help="older command line clients ask to be updated",
    )

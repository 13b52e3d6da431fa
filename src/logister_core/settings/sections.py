"""The settings of the core, one frozen dataclass per subject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from .fields import (
    IPNetwork,
    Kind,
    Saved,
    boolean,
    check_url,
    choice,
    emails,
    integer,
    names,
    networks,
    path,
    setting,
    text,
    url,
)

PRIVATE_NETWORKS = "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7"
SECRET_LENGTH = 32
# Of rate limits, those of projects included.
MOST_REQUESTS = 10_000_000
LONGEST_PERIOD = 86_400


def _read_database_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return value
    check_url(value, ("postgres", "postgresql", "postgresql+psycopg"))
    if not urlsplit(value).path.strip("/"):
        raise ValueError(value)
    return f"postgresql+psycopg://{rest}"


def database_url() -> Kind:
    """PostgreSQL through psycopg 3, whatever the spelling; or a SQLite file."""
    return Kind("postgresql://user:password@host:5432/name or sqlite:////folder/file.db", _read_database_url, url=True)


@dataclass(frozen=True, kw_only=True)
class RuntimeSettings:
    env: Literal["development", "test", "production"] = setting(
        "LOGISTER_ENV",
        "development",
        choice("development", "test", "production"),
        help="production demands the secret, marks cookies secure and redirects to https",
        aliases=["RAILS_ENV"],
    )
    home: Path = setting(  # noqa: RUF009 - makes a dataclass field, not a default
        "LOGISTER_HOME",
        "./var",
        path(),
        help="instance folder: SQLite file, generated secret, mails, archives; back it up",
    )
    secret_key: str | None = setting(
        "LOGISTER_SECRET_KEY",
        None,
        text(f"at least {SECRET_LENGTH} characters", minimum_length=SECRET_LENGTH),
        help="root secret of sessions, tokens and saved settings; required in production, "
        "else generated once and kept in LOGISTER_HOME/secret",
        aliases=["RAILS_MASTER_KEY"],
        secret=True,
    )
    threads: int = setting(
        "WAITRESS_THREADS",
        "16",
        integer(1, 1000, unit="threads"),
        help="requests one web process works on at a time, whichever server it runs; intake commits those that wait "
        "together, so fewer than 16 slow it down",
        aliases=["RAILS_MAX_THREADS"],
    )
    web_processes: int = setting(
        "WEB_CONCURRENCY",
        "1",
        integer(1, 64, unit="processes"),
        help="web processes of one command, which share the port; as many as it may use processor cores",
    )
    port: int = setting("PORT", "6543", integer(1, 65535), help="port the web process listens on")
    log_level: Literal["debug", "info", "warn", "error", "fatal"] = setting(
        "LOGISTER_LOG_LEVEL",
        "info",
        choice("debug", "info", "warn", "error", "fatal"),
        help="lowest level that is logged; debug may show sensitive request data",
        aliases=["RAILS_LOG_LEVEL"],
    )
    trusted_proxies: tuple[IPNetwork, ...] = setting(
        "LOGISTER_TRUSTED_PROXIES",
        PRIVATE_NETWORKS,
        networks(),
        help="peers whose X-Forwarded-* headers are believed",
    )
    plugins: tuple[str, ...] = setting(
        "LOGISTER_PLUGINS", "", names(), help="plugins to switch on, by the name of their entry point"
    )

    def problems(self) -> list[str]:
        if self.env == "production" and self.secret_key is None:
            return [
                f"LOGISTER_SECRET_KEY is not set; expected at least {SECRET_LENGTH} characters, "
                "because LOGISTER_ENV is production"
            ]
        return []


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    url: str = setting(
        "DATABASE_URL",
        None,
        database_url(),
        help="main database; unset: SQLite file LOGISTER_HOME/logister.db",
        secret=True,
    )
    migration_url: str | None = setting(
        "DATABASE_MIGRATION_URL",
        None,
        database_url(),
        help="address for migrations only, for example past a connection pooler; unset: DATABASE_URL",
        secret=True,
    )
    pool: int | None = setting(
        "DB_POOL",
        None,
        integer(1, unit="connections"),
        help="connections of each process; unset: as many as its threads can use",
    )
    pool_headroom: int = setting(
        "DB_POOL_HEADROOM",
        "2",
        integer(1, unit="connections"),
        help="connections a worker has beyond one per thread",
    )

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite:")


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    redis_url: str | None = setting(
        "REDIS_URL",
        None,
        url("redis", "rediss"),
        help="Redis for all its roles; unset: background work runs inside the web process",
        secret=True,
        saved=Saved("background_jobs.redis_url", "Redis", restart=True),
    )
    queue_url: str | None = setting(
        "REDIS_QUEUE_URL",
        None,
        url("redis", "rediss"),
        help="Redis of the queue (durable, noeviction); unset: REDIS_URL",
        aliases=["REDIS_SIDEKIQ_URL"],
        secret=True,
        saved=Saved("background_jobs.queue_redis_url", "Redis of the queue", restart=True),
    )
    rate_limit_url: str | None = setting(
        "REDIS_RATE_LIMIT_URL",
        None,
        url("redis", "rediss"),
        help="Redis of the counters for rate limits; unset: REDIS_URL, and without that each web process counts alone",
        secret=True,
        saved=Saved("background_jobs.rate_limit_redis_url", "Redis of the rate limits", restart=True),
    )
    threads: int = setting(
        "DRAMATIQ_THREADS",
        "5",
        integer(1, 1000, unit="threads"),
        help="jobs one worker process runs at a time",
        aliases=["SIDEKIQ_CONCURRENCY"],
        saved=Saved("background_jobs.worker_threads", "Threads of a worker", restart=True),
    )
    processes: int = setting(
        "DRAMATIQ_PROCESSES", "1", integer(1, 1000, unit="processes"), help="worker processes of one command"
    )


@dataclass(frozen=True, kw_only=True)
class IntakeSettings:
    acceptor: Literal["group", "request"] = setting(
        "LOGISTER_ACCEPTOR",
        "group",
        choice("group", "request"),
        help="group commits together what arrives together; request is one transaction each, for comparison",
    )
    rate_limit_requests: int = setting(
        "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS",
        "1200",
        integer(1, MOST_REQUESTS, unit="requests"),
        help="accepted of one token on one endpoint in one window; an event of a batch counts like a request",
        saved=Saved("authentication.public_api_rate_limit_requests", "Accepted requests"),
    )
    rate_limit_period: int = setting(
        "LOGISTER_PUBLIC_API_RATE_LIMIT_PERIOD_SECONDS",
        "60",
        integer(1, LONGEST_PERIOD, unit="seconds"),
        help="length of the window of all three limits; windows are aligned to the epoch",
        saved=Saved("authentication.public_api_rate_limit_period_seconds", "Window"),
    )
    pre_auth_limit_requests: int = setting(
        "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS",
        "12000",
        integer(1, MOST_REQUESTS, unit="requests"),
        help="of one address on all write endpoints together in one window, before anything else is looked at",
        saved=Saved("authentication.public_api_pre_auth_rate_limit_requests", "Requests of one address"),
    )
    auth_failure_limit_requests: int = setting(
        "LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS",
        "120",
        integer(1, MOST_REQUESTS, unit="requests"),
        help="without a valid token from one address in one window",
        saved=Saved("authentication.public_api_auth_failure_rate_limit_requests", "Invalid tokens"),
    )
    batch_events: int = setting(
        "LOGISTER_BATCH_EVENTS",
        "100",
        integer(1, 10_000, unit="events"),
        help="of one batch; clients send at most 100 unless they are told otherwise",
    )
    batch_bytes: int = setting(
        "LOGISTER_BATCH_BYTES",
        "8388608",
        integer(65_536, 67_108_864, unit="bytes"),
        help="of one decompressed batch; on the wire it may have a quarter of that, and at least 2 MiB",
    )


@dataclass(frozen=True, kw_only=True)
class SelfObservabilitySettings:
    """Where the installation reports on itself; `endpoint` is filled in by the loader."""

    api_key: str | None = setting(
        "LOGISTER_API_KEY",
        None,
        text(),
        help="key of the project to which this installation reports on itself; unset: it does not",
        secret=True,
        saved=Saved("observability.api_key", "API key of the own project", restart=True),
    )
    endpoint: str = setting(
        "LOGISTER_ENDPOINT",
        None,
        url("http", "https"),
        help="where it sends these reports; unset: /api/v1/ingest_events below LOGISTER_PUBLIC_URL",
        saved=Saved("observability.endpoint", "Where reports are sent", restart=True),
    )

    @property
    def active(self) -> bool:
        return self.api_key is not None

    def problems(self) -> list[str]:
        if self.endpoint and self.api_key is None:
            return ["LOGISTER_API_KEY is not set; expected a key for what LOGISTER_ENDPOINT is to receive"]
        return []


@dataclass(frozen=True, kw_only=True)
class ProductSettings:
    landing_page: bool = setting(
        "LOGISTER_LANDING_PAGE",
        "false",
        boolean(),
        help="tell strangers at the start page what this is; no asks them to sign in and keeps search engines away",
    )
    pages_dir: Path | None = setting(  # noqa: RUF009 - makes a dataclass field, not a default
        "LOGISTER_PAGES_DIR",
        None,
        path(),
        help="texts of this installation: about, privacy, cookies and terms, each as .html or .txt; "
        "a page without a text does not exist",
    )
    setup_token: str | None = setting(
        "LOGISTER_SETUP_TOKEN",
        None,
        text(),
        help="opens /setup for the first administrator; remove it afterwards",
        secret=True,
    )
    admin_emails: tuple[str, ...] = setting(
        "LOGISTER_ADMIN_EMAILS", "", emails(), help="accounts that administer the installation"
    )
    signup_enabled: bool = setting(
        "LOGISTER_SIGNUP_ENABLED",
        "true",
        boolean(),
        help="whether strangers may make accounts for themselves; no leaves that to administrators",
    )
    public_url: str = setting(
        "LOGISTER_PUBLIC_URL",
        None,
        url("http", "https"),
        help="address people use, for links in mails; unset: http://localhost:PORT",
        saved=Saved("general.public_url", "Public address"),
    )
    docs_url: str = setting(
        "LOGISTER_DOCS_URL",
        "https://logister.org/docs",
        url("http", "https"),
        help="where documentation links lead",
        saved=Saved("general.docs_url", "Documentation"),
    )
    api_key_prefix: str = setting(
        "LOGISTER_API_KEY_PREFIX",
        "logister",
        text("1 to 40 letters, digits, dashes or underscores", pattern=r"[A-Za-z0-9_-]{1,40}"),
        help="start of new project tokens; old tokens stay valid",
        saved=Saved("general.api_key_prefix", "Prefix of new tokens"),
    )


@dataclass(frozen=True, kw_only=True)
class UpdateSettings:
    """Whether this installation looks for newer releases of itself."""

    release: str | None = setting(
        "LOGISTER_RELEASE",
        None,
        text(),
        help="release this installation runs, when it is a version such as v2.1.0; unset: that of the package",
    )
    checks_enabled: bool = setting(
        "LOGISTER_UPDATE_CHECKS_ENABLED",
        "true",
        boolean(),
        help="look for a newer release once a day; nothing is asked without LOGISTER_RELEASE_REPOSITORY",
        saved=Saved("observability.update_checks_enabled", "Look for updates"),
    )
    repository: str | None = setting(
        "LOGISTER_RELEASE_REPOSITORY",
        None,
        text("owner/name of a repository", pattern=r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]*[A-Za-z0-9_-]"),
        help="repository on GitHub whose latest release is looked for; unset: no connection is made",
        saved=Saved("observability.release_repository", "Repository of releases"),
    )
    github_token: str | None = setting(
        "LOGISTER_GITHUB_TOKEN",
        None,
        text("a token of GitHub", pattern=r"[\x21-\x7e]+"),
        help="sent along to GitHub, for a repository that not everybody may read",
        secret=True,
        saved=Saved("observability.github_token", "Token of GitHub"),
    )

"""From environment and ini file to one checked `Settings` object."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from sqlalchemy.engine import URL

from .fields import Variable, variables_of
from .mail import MailSettings
from .sections import (
    DatabaseSettings,
    IntakeSettings,
    ProductSettings,
    RuntimeSettings,
    SelfObservabilitySettings,
    TaskSettings,
    UpdateSettings,
)

Section = TypeVar("Section")

CORE_SECTIONS: tuple[type, ...] = (
    RuntimeSettings,
    DatabaseSettings,
    TaskSettings,
    IntakeSettings,
    ProductSettings,
    MailSettings,
    SelfObservabilitySettings,
    UpdateSettings,
)


@runtime_checkable
class ChecksItself(Protocol):
    """A section with rules between its variables."""

    def problems(self) -> list[str]:
        """Sentences that name the variable and what was expected; empty when all is well."""


class SettingsError(Exception):
    """The configuration cannot be used. `problems` holds one sentence each; the message lists them all."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        count = f"{len(self.problems)} problems" if len(self.problems) > 1 else "a problem"
        super().__init__("\n  - ".join([f"the configuration has {count}:", *self.problems]))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything operators can set, checked. Sections of plugins are found with `section(TheirSettings)`."""

    runtime: RuntimeSettings
    database: DatabaseSettings
    tasks: TaskSettings
    intake: IntakeSettings
    product: ProductSettings
    mail: MailSettings
    self_observability: SelfObservabilitySettings
    updates: UpdateSettings
    extra: Mapping[type, Any] = field(default_factory=dict)

    @property
    def production(self) -> bool:
        return self.runtime.env == "production"

    @property
    def in_process_worker(self) -> bool:
        """Background work runs in threads of the web process, because there is no Redis to carry messages."""
        return self.tasks.queue_url is None

    @property
    def embedded(self) -> bool:
        """SQLite and no Redis: one process is the whole installation."""
        return self.database.sqlite and self.in_process_worker

    @property
    def secret_key(self) -> str:
        """The root secret. Start-up provides it with `with_secret_key`; before that there may be none."""
        if self.runtime.secret_key is None:
            raise RuntimeError("no secret yet: call with_secret_key(settings) when the program starts")
        return self.runtime.secret_key

    @property
    def web_pool_size(self) -> int:
        """Database connections of a web process (spec 80 §4.4), the embedded worker's included."""
        if self.database.pool is not None:
            return self.database.pool
        web = max(self.runtime.threads, 5)
        return web + self.worker_pool_required if self.in_process_worker else web

    @property
    def worker_pool_size(self) -> int:
        """Database connections of a worker process (spec 80 §4.4)."""
        return self.worker_pool_required if self.database.pool is None else self.database.pool

    @property
    def worker_pool_required(self) -> int:
        return self.tasks.threads + self.database.pool_headroom

    def section(self, section: type[Section]) -> Section:
        """A plugin's settings; KeyError when they were not among `extra_sections`."""
        found: Section = self.extra[section]
        return found

    def warnings(self) -> list[str]:
        """Sentences for the log at start: legal, but hardly meant."""
        found = []
        if self.production and self.database.sqlite:
            found.append("LOGISTER_ENV is production on SQLite; set DATABASE_URL to a PostgreSQL database to grow")
        if self.production and self.product.public_url.startswith("http:"):
            found.append("LOGISTER_PUBLIC_URL is not an https address; links in mails would lead astray")
        if self.production and self.mail.host is None:
            found.append(
                "no mail server is set (SES_SMTP_ADDRESS); mail is written to LOGISTER_HOME/mail instead of sent"
            )
        elif self.production and self.mail.sender.endswith("@localhost"):
            found.append("LOGISTER_EMAIL_FROM is not set; mail servers will hardly take mail from @localhost")
        return found


def load_settings(ini: Mapping[str, str], environ: Mapping[str, str], extra_sections: Iterable[type] = ()) -> Settings:
    """Read the core's settings and `extra_sections` (dataclasses made with `setting`); no disk, no network.

    A non-blank variable wins over its old names, those over the ini key, that over the default. Raises
    `SettingsError` with every problem of every section.
    """
    problems: list[str] = []
    extra_sections = tuple(extra_sections)
    loaded: dict[type, Any] = {
        section: _load(section, ini, environ, problems) for section in (*CORE_SECTIONS, *extra_sections)
    }
    runtime: RuntimeSettings = loaded[RuntimeSettings]
    if problems:
        raise SettingsError(problems)
    product = _with_address(loaded[ProductSettings], runtime)
    return Settings(
        runtime=runtime,
        database=_with_file(loaded[DatabaseSettings], runtime),
        tasks=_with_roles(loaded[TaskSettings]),
        intake=loaded[IntakeSettings],
        product=product,
        mail=loaded[MailSettings],
        self_observability=_with_endpoint(loaded[SelfObservabilitySettings], product),
        updates=loaded[UpdateSettings],
        extra={section: loaded[section] for section in extra_sections},
    )


def load_section(section: type[Section], ini: Mapping[str, str], environ: Mapping[str, str]) -> Section:
    """Read one section alone, for what must be known before all the rest (which plugins to ask)."""
    problems: list[str] = []
    loaded = _load(section, ini, environ, problems)
    if problems:
        raise SettingsError(problems)
    return loaded


def variables(sections: Iterable[type] = CORE_SECTIONS) -> list[Variable]:
    """Every variable that is read, in the order of the documentation."""
    return [variable for section in sections for _, variable in variables_of(section)]


def _load(section: type[Section], ini: Mapping[str, str], environ: Mapping[str, str], problems: list[str]) -> Section:
    """One section; what is wrong with it is added to `problems`, and the defaults stand in."""
    values: dict[str, Any] = {}
    wrong = []
    for name, variable in variables_of(section):
        found = next(_candidates(variable, ini, environ), None)
        if found is None:
            continue
        source, text = found
        try:
            values[name] = variable.kind.read(text)
        except ValueError:
            wrong.append(f"{source} is {variable.shown(text)}; expected {variable.kind.expected}")
    loaded = section(**values)
    # Rules between variables are asked only of values that are good in themselves.
    if not wrong and isinstance(loaded, ChecksItself):
        wrong = loaded.problems()
    problems.extend(wrong)
    return loaded


def _candidates(variable: Variable, ini: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where the variable is set to something that is not blank, best source first, with that text."""
    for name in (variable.name, *variable.aliases):
        text = environ.get(name, "").strip()
        if text:
            yield (name if name == variable.name else f"{name} (old name of {variable.name})"), text
    text = str(ini.get(variable.ini_key) or "").strip()
    if text:
        yield f"{variable.name} ({variable.ini_key} in the ini file)", text


def _with_file(database: DatabaseSettings, runtime: RuntimeSettings) -> DatabaseSettings:
    if database.url:
        return database
    file = URL.create("sqlite", database=str(runtime.home / "logister.db"))
    return dataclasses.replace(database, url=file.render_as_string(hide_password=False))


def _with_roles(tasks: TaskSettings) -> TaskSettings:
    """Each role of Redis has its own address or the common one."""
    return dataclasses.replace(
        tasks, queue_url=tasks.queue_url or tasks.redis_url, rate_limit_url=tasks.rate_limit_url or tasks.redis_url
    )


def _with_address(product: ProductSettings, runtime: RuntimeSettings) -> ProductSettings:
    if product.public_url:
        return product
    return dataclasses.replace(product, public_url=f"http://localhost:{runtime.port}")


def _with_endpoint(reports: SelfObservabilitySettings, product: ProductSettings) -> SelfObservabilitySettings:
    if reports.endpoint:
        return reports
    return dataclasses.replace(reports, endpoint=f"{product.public_url}/api/v1/ingest_events")

"""From environment, ini file and saved values to one checked `Settings` object."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from sqlalchemy.engine import URL

from .cli import CliSettings
from .fields import Variable, variables_of
from .given import Given, Origin, Source
from .mail import MailSettings
from .oidc import OIDCSettings
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

# Each section and the attribute of `Settings` where it is found, in the order of the documentation.
_CORE: Mapping[type, str] = {
    RuntimeSettings: "runtime",
    DatabaseSettings: "database",
    TaskSettings: "tasks",
    IntakeSettings: "intake",
    ProductSettings: "product",
    MailSettings: "mail",
    SelfObservabilitySettings: "self_observability",
    UpdateSettings: "updates",
    OIDCSettings: "oidc",
    CliSettings: "cli",
}

CORE_SECTIONS: tuple[type, ...] = tuple(_CORE)

LEFT_OUT = "what is saved is left out: "


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
    oidc: OIDCSettings
    cli: CliSettings
    extra: Mapping[type, Any] = field(default_factory=dict)
    given: Given = field(default_factory=Given, repr=False)
    left_out: tuple[str, ...] = ()
    # Sentences about saved values that make no sense and so do not count.

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
        """A plugin's settings, or those of the core by their class; KeyError when they were not loaded."""
        found: Section = getattr(self, _CORE[section]) if section in _CORE else self.extra[section]
        return found

    def value(self, section: type, name: str) -> Any:
        """One field of a section, which may be a plugin's."""
        return getattr(self.section(section), name)

    def with_saved(self, saved: Mapping[str, str]) -> Settings:
        """What a process that started now would run with if these values were saved, by the keys of `Saved`."""
        given = self.given
        fresh = load_settings(given.ini, given.environ, given.sections, saved)
        # Nothing of these can be saved, and start-up has filled in what was missing.
        return dataclasses.replace(fresh, runtime=self.runtime, database=self.database)

    def taking_over(self, fresh: Settings) -> Settings:
        """These settings with those values of `fresh` that running processes take up."""
        changed: dict[type, Any] = {
            section: dataclasses.replace(self.section(section), **_live_values(fresh.section(section)))
            for section in (*CORE_SECTIONS, *self.extra)
        }
        core = {name: changed[section] for section, name in _CORE.items()}
        extra = {section: changed[section] for section in self.extra}
        return dataclasses.replace(self, **core, extra=extra, given=fresh.given, left_out=fresh.left_out)

    def warnings(self) -> list[str]:
        """Sentences for the log at start: legal, but hardly meant."""
        found = [*self.left_out]
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


def load_settings(
    ini: Mapping[str, str],
    environ: Mapping[str, str],
    extra_sections: Iterable[type] = (),
    saved: Mapping[str, str] | None = None,
    *,
    whole: bool = True,
) -> Settings:
    """Read the core's settings and `extra_sections` (dataclasses made with `setting`); no disk, no network.

    A non-blank variable wins over its old names, those over the ini key, that over what is `saved`, that over the
    default. Raises `SettingsError` with every problem of every section. Saved values never are one: what makes no
    sense does not count. Not `whole` are settings to which what is saved will come: what is missing may be there.
    """
    problems: list[str] = []
    left_out: list[str] = []
    extra_sections = tuple(extra_sections)
    sections = (*CORE_SECTIONS, *extra_sections)
    given = Given(ini, _ours(environ, sections), saved or {}, extra_sections)
    loaded: dict[type, Any] = {section: _load(section, given, problems, left_out, whole) for section in sections}
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
        oidc=loaded[OIDCSettings],
        cli=loaded[CliSettings],
        extra={section: loaded[section] for section in extra_sections},
        given=given,
        left_out=tuple(left_out),
    )


def load_section(section: type[Section], ini: Mapping[str, str], environ: Mapping[str, str]) -> Section:
    """Read one section alone, for what must be known before all the rest (which plugins to ask)."""
    problems: list[str] = []
    loaded = _load(section, Given(ini, environ), problems, [])
    if problems:
        raise SettingsError(problems)
    return loaded


def variables(sections: Iterable[type] = CORE_SECTIONS) -> list[Variable]:
    """Every variable that is read, in the order of the documentation."""
    return [variable for section in sections for _, variable in variables_of(section)]


def _load(
    section: type[Section], given: Given, problems: list[str], left_out: list[str], whole: bool = True
) -> Section:
    """One section; what is wrong with it is added to `problems`, and the defaults stand in."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, variable in variables_of(section):
        origin = given.origin(variable)
        if origin.source is Source.DEFAULT or origin.text is None:
            continue
        kind = variable.kind_under(origin.name)
        try:
            values[name] = kind.read(origin.text)
        except ValueError:
            sentence = f"{_told(variable, origin)} is {variable.shown(origin.text)}; expected {kind.expected}"
            (left_out if origin.source is Source.DATABASE else wrong).append(sentence)
    loaded = section(**values)
    # Rules between variables are asked only of values that are good in themselves, and all there.
    if not wrong and isinstance(loaded, ChecksItself) and (whole or not _may_be_saved(section)):
        wrong = loaded.problems()
        if wrong and given.saved:
            without = _load(section, given.without_saved(), problems, left_out)
            left_out.extend(f"{LEFT_OUT}{sentence}" for sentence in wrong)
            return without
    problems.extend(wrong)
    return loaded


def _may_be_saved(section: type) -> bool:
    return any(variable.saved is not None for _, variable in variables_of(section))


def _told(variable: Variable, origin: Origin) -> str:
    if origin.source is Source.DATABASE:
        return f"the saved value of {variable.name}"
    if origin.source is Source.INI:
        return f"{variable.name} ({origin.name} in the ini file)"
    return origin.name if origin.name == variable.name else f"{origin.name} (old name of {variable.name})"


def _ours(environ: Mapping[str, str], sections: Iterable[type]) -> dict[str, str]:
    """The part of the environment that these sections read: it is kept, and the rest is nobody's business."""
    names = [name for variable in variables(sections) for name in (variable.name, *variable.aliases)]
    return {name: environ[name] for name in names if name in environ}


def _live_values(section: Any) -> dict[str, Any]:
    return {
        name: getattr(section, name)
        for name, variable in variables_of(type(section))
        if variable.saved is not None and not variable.saved.restart
    }


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

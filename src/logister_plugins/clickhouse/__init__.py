"""A copy of telemetry in ClickHouse, for questions over more of it than a relational database likes (specification,
ClickHouse chapter). The database stays the truth; the copy can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from logister_core.settings import Kind, Saved, boolean, choice, integer, setting, text, url

if TYPE_CHECKING:
    import click

    from logister_core.administration.installation.sections import Sections
    from logister_core.health import Health
    from logister_core.settings import Settings as CoreSettings
    from logister_core.types import Configurator, Registry

DISABLED: Final = "disabled"
DUAL_WRITE: Final = "dual_write"
READ_PREFERRED: Final = "read_preferred"

MISSING_LIBRARY: Final = "clickhouse is switched on but its library is missing; install logister[clickhouse]"

_DAY = 86_400


def _identifier() -> Kind:
    """Names stand in statements, where they cannot be parameters."""
    expected = "a safe ClickHouse identifier: letters, digits and underscores"
    return text(expected, pattern=r"[A-Za-z_][A-Za-z0-9_]{0,126}")


def _switch() -> Kind:
    """What LOGISTER_CLICKHOUSE_ENABLED means; it never lets pages read from ClickHouse."""
    kind = boolean()
    return Kind(kind.expected, lambda value: DUAL_WRITE if kind.read(value) else DISABLED)


@dataclass(frozen=True, kw_only=True)
class Settings:
    mode: Literal["disabled", "dual_write", "read_preferred"] = setting(
        "LOGISTER_CLICKHOUSE_MODE",
        DISABLED,
        choice(DISABLED, DUAL_WRITE, READ_PREFERRED),
        help="whether what is accepted is also written to ClickHouse (dual_write); read_preferred is the same, and "
        "pages will read from there once they can",
        legacy={"LOGISTER_CLICKHOUSE_ENABLED": _switch()},
        saved=Saved("clickhouse.mode", "Mode", restart=True),
    )
    url: str = setting(
        "LOGISTER_CLICKHOUSE_URL",
        "http://127.0.0.1:8123",
        url("http", "https"),
        help="HTTP interface of ClickHouse; settings of its own may follow behind a question mark",
        saved=Saved("clickhouse.url", "Address"),
    )
    database: str = setting(
        "LOGISTER_CLICKHOUSE_DATABASE",
        "logister",
        _identifier(),
        help="database in which all tables and views are",
        saved=Saved("clickhouse.database", "Database"),
    )
    events_table: str = setting(
        "LOGISTER_CLICKHOUSE_EVENTS_TABLE",
        "events_raw",
        _identifier(),
        help="in which every event is a row",
        saved=Saved("clickhouse.events_table", "Table of events"),
    )
    spans_table: str = setting(
        "LOGISTER_CLICKHOUSE_SPANS_TABLE",
        "spans_raw",
        _identifier(),
        help="in which every span is a row",
        saved=Saved("clickhouse.spans_table", "Table of spans"),
    )
    username: str = setting(
        "LOGISTER_CLICKHOUSE_USERNAME",
        "default",
        text(),
        help="who writes and reads; may be one who is allowed nothing but INSERT and SELECT",
        saved=Saved("clickhouse.username", "User"),
    )
    password: str | None = setting(
        "LOGISTER_CLICKHOUSE_PASSWORD",
        None,
        text(),
        help="password of that user",
        secret=True,
        saved=Saved("clickhouse.password", "Password"),
    )
    migration_username: str | None = setting(
        "LOGISTER_CLICKHOUSE_MIGRATION_USERNAME",
        None,
        text(),
        help="who makes and repairs tables and views; unset: LOGISTER_CLICKHOUSE_USERNAME",
        saved=Saved("clickhouse.migration_username", "User for the schema"),
    )
    migration_password: str | None = setting(
        "LOGISTER_CLICKHOUSE_MIGRATION_PASSWORD",
        None,
        text(),
        help="password of that user; unset: LOGISTER_CLICKHOUSE_PASSWORD",
        secret=True,
        saved=Saved("clickhouse.migration_password", "Password for the schema"),
    )
    failure_throttle_seconds: int = setting(
        "LOGISTER_CLICKHOUSE_FAILURE_THROTTLE_SECONDS",
        "60",
        integer(1, _DAY, unit="seconds"),
        help="seconds for which a failure that was logged is not logged again",
        saved=Saved("clickhouse.failure_throttle_seconds", "Seconds between reports of a failure"),
    )
    circuit_failure_threshold: int = setting(
        "LOGISTER_CLICKHOUSE_CIRCUIT_FAILURE_THRESHOLD",
        "5",
        integer(1, 1000),
        help="after so many failures in a row ClickHouse is left alone for a while",
        saved=Saved("clickhouse.circuit_failure_threshold", "Failures until a pause"),
    )
    circuit_open_seconds: int = setting(
        "LOGISTER_CLICKHOUSE_CIRCUIT_OPEN_SECONDS",
        "30",
        integer(1, _DAY, unit="seconds"),
        help="seconds for which it is left alone",
        saved=Saved("clickhouse.circuit_open_seconds", "Seconds of that pause"),
    )
    max_execution_seconds: int = setting(
        "LOGISTER_CLICKHOUSE_MAX_EXECUTION_SECONDS",
        "30",
        integer(1, 3600, unit="seconds"),
        help="seconds for which ClickHouse may work on one question",
    )

    @property
    def enabled(self) -> bool:
        return self.mode != DISABLED

    def problems(self) -> list[str]:
        from logister_plugins.clickhouse.schema import VIEWS

        found = []
        if "@" in urlsplit(self.url).netloc:
            found.append(
                "LOGISTER_CLICKHOUSE_URL has a user in it; expected an address without one, because "
                "LOGISTER_CLICKHOUSE_USERNAME and LOGISTER_CLICKHOUSE_PASSWORD say who"
            )
        names = (self.events_table, self.spans_table)
        if len(set(names)) < len(names) or set(names) & set(VIEWS):
            found.append(
                "LOGISTER_CLICKHOUSE_EVENTS_TABLE and LOGISTER_CLICKHOUSE_SPANS_TABLE are the same or name a view; "
                f"expected two names that are none of {', '.join(sorted(VIEWS))}"
            )
        return found

    @staticmethod
    def administration(sections: Sections) -> None:
        from logister_plugins.clickhouse.administration import SECTION

        sections.add(SECTION)

    @staticmethod
    def health_checks() -> Mapping[str, Callable[[Registry], Health]]:
        from logister_plugins.clickhouse.health import health

        return {"clickhouse": health}

    @staticmethod
    def release(settings: CoreSettings) -> str | None:
        from logister_plugins.clickhouse.upkeep import DONE, mend

        return DONE if mend(settings.section(Settings)).status.ready else None

    @staticmethod
    def register_commands(cli: click.Group) -> None:
        from logister_plugins.clickhouse.commands import clickhouse

        cli.add_command(clickhouse)


def wanted(settings: Settings) -> bool:
    return settings.enabled


def includeme(config: Configurator) -> None:
    from logister_plugins.clickhouse.destination import ClickHouseDestination
    from logister_plugins.clickhouse.server import require_library

    require_library()
    config.add_delivery_destination(ClickHouseDestination(config.registry))

"""The page of the installation about ClickHouse (specification, accounts chapter §11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from logister_core.administration.installation.catalogue import STORAGE
from logister_core.administration.installation.sections import (
    Diagnosis,
    Examination,
    InstallationSection,
    SectionAction,
)
from logister_core.errors import Refused
from logister_plugins.clickhouse import DISABLED, READ_PREFERRED, Settings
from logister_plugins.clickhouse.coverage import Coverage, coverage
from logister_plugins.clickhouse.health import forget_status
from logister_plugins.clickhouse.schema_status import schema_status
from logister_plugins.clickhouse.server import Unavailable, require_library, servers_of
from logister_plugins.clickhouse.upkeep import DONE, mend

MODE: Final = "clickhouse.mode"
READY: Final = "ready_for_reads"


def check_clickhouse(examination: Examination) -> Diagnosis:
    """Asks with the settings to be tried; the breaker whose state is told is that of this process."""
    settings = examination.settings.section(Settings)
    details: dict[str, Any] = {"mode": settings.mode}
    if not settings.enabled:
        return Diagnosis(True, "ClickHouse is switched off, and nothing is written to it.", details)
    try:
        require_library()
    except ImportError as error:
        return Diagnosis(False, f"{str(error)[:1].upper()}{str(error)[1:]}.", details)
    servers = servers_of(examination.registry)
    details["circuit_breaker"] = servers.breaker(settings).status()
    server = servers.candidate(settings)
    try:
        status = schema_status(server)
        described = status.as_json()
        told = ("healthy", "ready", "database", "missing_tables", "schema_issues")
        details |= {key: described[key] for key in told}
        if status.error is not None:
            return Diagnosis(False, f"{status.error}.", details)
        if not status.ready:
            return Diagnosis(
                False,
                "ClickHouse answers, and its tables are not those of this release. Save, and press Repair schema.",
                details,
            )
        found = coverage(examination.registry.engine, server, examination.now)
    except Unavailable as error:
        return Diagnosis(False, f"{error}.", details)
    finally:
        server.close()
    return Diagnosis(found.complete, _told(found), details | found.details())


def _told(found: Coverage) -> str:
    if found.complete:
        return "ClickHouse is ready, and has everything that was accepted in the 24 hours that were looked at."
    gaps, buckets = len(found.gaps), len(found.accepted.buckets)
    return (
        f"ClickHouse is ready, and lacks rows in {gaps} of {buckets} hours of a project and kind that were looked at. "
        "What was accepted before it was switched on is not copied, so test again after a day and two hours."
        if gaps
        else "ClickHouse is ready, and lacks single rows of the 24 hours that were looked at."
    )


def guard(texts: Mapping[str, str], found: Mapping[str, Any] | None) -> Mapping[str, str]:
    """Pages may only read from where everything is."""
    if texts.get(MODE, "").lower() != READ_PREFERRED or (found is not None and found.get(READY) is True):
        return {}
    return {MODE: "Choose dual_write, and test it with these settings: it has to find everything that was accepted."}


def connection(mode: str) -> str:
    """What of the mode a test depends on: whether ClickHouse is asked at all."""
    return DISABLED if mode == DISABLED else "enabled_connection"


def repair_schema(examination: Examination) -> str:
    settings = examination.settings.section(Settings)
    if not settings.enabled:
        raise Refused({"": "ClickHouse is switched off. Save another mode first."})
    mend(settings)
    forget_status(examination.registry)
    return DONE


SECTION = InstallationSection(
    "clickhouse",
    "ClickHouse",
    "A copy of all telemetry, for your own questions over more of it than the database likes. Pages do not read from "
    "it yet.",
    place=40,
    check=check_clickhouse,
    group=STORAGE,
    reductions={MODE: connection},
    guard=guard,
    actions=(
        SectionAction(
            "repair",
            "Repair schema",
            "Makes the tables and views that are missing in ClickHouse, with what is saved above. It can be repeated.",
            repair_schema,
            done=("schema_repaired", "Schema repaired"),
            failed=("schema_repair_failed", "Schema not repaired"),
        ),
    ),
)

"""Counts what is accepted: events per project in a file, errors per release in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from logister_core.settings import Saved, boolean, integer, setting

if TYPE_CHECKING:
    import click

    from logister_core.administration.installation.sections import Sections
    from logister_core.types import Configurator


@dataclass(frozen=True, kw_only=True)
class Settings:
    enabled: bool | None = setting("TALLY_ENABLED", None, boolean(), help="switches the plugin on or off")
    keep_days: int = setting(
        "TALLY_KEEP_DAYS",
        "90",
        integer(1, 3650, unit="days"),
        help="for which batches stay in the file",
        saved=Saved("tally.keep_days", "Days"),
    )

    @staticmethod
    def administration(sections: Sections) -> None:
        from logister_tally.administration import SECTION

        sections.add(SECTION)


def wanted(settings: Settings) -> bool | None:
    return settings.enabled


def includeme(config: Configurator) -> None:
    from logister_tally import actors
    from logister_tally.destination import TallyFile
    from logister_tally.health import health
    from logister_tally.ledger import ledger_of
    from logister_tally.projection import ErrorsPerRelease

    config.add_delivery_destination(TallyFile(ledger_of(config.registry.logister_settings)))
    config.add_projection(ErrorsPerRelease())
    config.add_recurring_job("tally_cleanup", actors.forget_old_batches, at=time(3, 30))
    config.add_health_check("tally", health)
    config.scan("logister_tally")


def register_commands(cli: click.Group) -> None:
    from logister_tally.commands import tally

    cli.add_command(tally)

"""Error groups: grouping, the inbox and triage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.error_groups.projection import ErrorGrouping

    config.add_projection(ErrorGrouping())

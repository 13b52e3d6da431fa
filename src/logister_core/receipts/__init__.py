"""How much each project received each day, counted as it is projected, so that no page counts events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.receipts.projection import DailyReceipts

    config.add_projection(DailyReceipts())

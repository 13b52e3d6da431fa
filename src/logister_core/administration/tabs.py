"""The strip that leads from one page of the administration to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logister_core.types import Configurator, Request


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    href: str
    current: bool


def add_tab(config: Configurator, label: str, route_name: str) -> None:
    """Behind those that are there already. The page itself uses `administration/templates/frame.pt`."""
    config.registry.administration_tabs.append((label, route_name))


def frame_values(request: Request, current: str) -> dict[str, Any]:
    """What the frame reads; `current` is the label of the tab that the page belongs to."""
    tabs = [
        Tab(label, request.route_path(route_name), label == current)
        for label, route_name in request.registry.administration_tabs
    ]
    return {"tabs": tabs, "now": request.now}

"""Releases and deployments are two views of one thing, and one section of the bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Request


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    href: str
    current: bool


def release_tabs(request: Request, current: str) -> list[Tab]:
    """`current` is "releases" or "deployments"."""
    return [
        Tab(label, request.route_path(f"{name}.index", project=request.context.project.uuid), name == current)
        for name, label in (("releases", "Releases"), ("deployments", "Deployments"))
    ]

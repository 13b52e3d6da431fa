"""The page that shows every component with its markup; served in development only."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED

from logister_core.web.styleguide_examples import examples


def includeme(config: Configurator) -> None:
    config.add_route("web.styleguide", "/_styleguide")
    config.add_view(
        styleguide,
        route_name="web.styleguide",
        request_method="GET",
        renderer="logister_core.web:templates/styleguide.pt",
        permission=NO_PERMISSION_REQUIRED,
    )


def styleguide(request: Any) -> dict[str, Any]:
    return examples()

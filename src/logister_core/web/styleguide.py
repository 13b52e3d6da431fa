"""The page that shows every component with its markup; served in development only."""

from __future__ import annotations

import re
from typing import Any

from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED

from logister_core.web.assets import DIST
from logister_core.web.styleguide_examples import examples

TOKENS = DIST.parent / "styles" / "tokens.css"


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
    return {**examples(), **tokens()}


def tokens() -> dict[str, Any]:
    """Names of the colours, and of the spaces with their pixels, as the style sheet has them."""
    text = TOKENS.read_text("utf-8")
    spaces = re.findall(r"--(space-\d+): ([\d.]+)rem;", text)
    return {
        "colours": re.findall(r"--([\w-]+): light-dark\(#", text),
        "spaces": [(name, round(float(size) * 16)) for name, size in spaces],
    }

"""What every template finds in its scope beside the view's own values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.csrf import get_csrf_token
from pyramid.events import BeforeRender

from logister_core.web import formatting
from logister_core.web.assets import Assets
from logister_core.web.components import Components
from logister_core.web.icons import ICONS
from logister_core.web.shell import Shell


class TemplateGlobals:
    """Subscriber that adds `fmt`, `ui`, `icons`, `asset_tags`, `page_parts`, `csrf_field` and `shell`.

    Values of the view win, so a page may shadow any of them on purpose.
    """

    def __init__(self, *, auto_reload: bool) -> None:
        self._auto_reload = auto_reload
        self._components = Components(auto_reload=auto_reload)
        self._assets = Assets.from_directory()

    def __call__(self, event: BeforeRender) -> None:
        request = event.get("request")
        if request is None or not str(event.get("renderer_name") or "").endswith(".pt"):
            return
        values = event.rendering_val if isinstance(event.rendering_val, Mapping) else {}
        assets = Assets.from_directory() if self._auto_reload else self._assets
        event.update(
            fmt=formatting,
            ui=self._components,
            icons=ICONS,
            asset_tags=partial(assets.tags, request),
            page_parts=partial(request.registry.page_parts, request),
            csrf_field=partial(csrf_field, request),
            shell=Shell(request, values),
            project=None,
            section=None,
        )


def csrf_field(request: Any) -> Markup:
    """The hidden input every form that changes something carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(get_csrf_token(request))

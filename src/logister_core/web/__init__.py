"""The look of the pages and what they share: layouts, components, static files, error pages."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import BeforeRender

from logister_core.web.compiled import keep_compiled
from logister_core.web.globals import TemplateGlobals
from logister_core.web.page_parts import PageParts, add_page_part

YEAR = 31_536_000
# Source files keep their names when they change, so browsers may keep them only briefly.
MINUTE = 60


def includeme(config: Configurator) -> None:
    settings = config.get_settings()
    keep_compiled(config.registry.logister_settings)
    config.include("pyramid_chameleon")
    config.add_static_view("static/dist", "logister_core.web:static/dist", cache_max_age=YEAR)
    config.add_static_view("static", "logister_core.web:static", cache_max_age=MINUTE)
    # What a page is becomes known when its layout is written; the content policy goes by it.
    config.add_request_method(lambda request: set(), "page_kinds", reify=True)
    config.registry.page_parts = PageParts()
    config.add_directive("add_page_part", add_page_part)
    config.add_subscriber(TemplateGlobals(auto_reload=settings["reload_templates"]), BeforeRender)
    config.include("logister_core.web.errors")
    if config.registry.logister_settings.runtime.env == "development":
        config.include("logister_core.web.styleguide")

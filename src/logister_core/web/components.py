"""The macros of templates/components.pt, usable in two ways; templates reach them as `ui`.

`${ui.badge(label='new')}` renders a macro with exactly the given values and nothing else in scope.
`<metal:x use-macro="ui['empty']" tal:define="…">` includes it, for macros with slots to fill.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from chameleon import PageTemplateFile
from chameleon.zpt.template import Macro
from markupsafe import Markup

from logister_core.web import formatting, icons

COMPONENTS = Path(__file__).parent / "templates" / "components.pt"


@cache
def _template(auto_reload: bool) -> PageTemplateFile:
    """Compiling takes most of a second, so all applications of a process share the template."""
    return PageTemplateFile(str(COMPONENTS), auto_reload=auto_reload)


class Components:
    def __init__(self, *, auto_reload: bool = False) -> None:
        self._template = _template(auto_reload)
        self._parts: dict[str, PageTemplateFile] = {}

    def __getitem__(self, name: str) -> Macro:
        """The macro for `use-macro`; KeyError when there is none of that name."""
        return self._template.macros[name]

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self._render, name)

    def icon(self, *, name: str, size: int = 16) -> Markup:
        return icons.icon(name, size)

    def _render(self, component: str, /, **values: Any) -> Markup:
        part = self._parts.get(component) or self._part(component)
        # The template has escaped every value already.
        return Markup(part.render(fmt=formatting, ui=self, **values).strip())  # noqa: S704

    def _part(self, component: str) -> PageTemplateFile:
        # Looked up first, which compiles a template that was not, or has changed.
        macro = self._template.macros[component]
        # A template renders whatever its `_render` is: the copy renders this one macro alone.
        part = copy.copy(self._template)
        vars(part)["_render"] = macro.include
        if not self._template.auto_reload:
            self._parts[component] = part
        return part

"""Which style sheet and script files a page links.

With Node, `npm run build` leaves hashed bundles and a manifest in static/dist. Without it the pages link the
source files, which browsers understand as they are; only htmx, which comes from npm, is then missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

STATIC = "logister_core.web:static/"
DIST = Path(__file__).parent / "static" / "dist"

# Logical name -> source file. `main` (signed-in pages) adds htmx to what `enhance` (account pages) has, so
# unbundled both are the same file.
SOURCES = {
    "styles.css": "styles/main.css",
    "theme.js": "scripts/theme.js",
    "main.js": "scripts/enhance.js",
    "enhance.js": "scripts/enhance.js",
}


@dataclass(frozen=True, slots=True)
class Assets:
    """Logical file names and where they are below static/."""

    files: dict[str, str] = field(default_factory=lambda: dict(SOURCES))

    @classmethod
    def from_directory(cls, directory: Path = DIST) -> Assets:
        """The bundles of `directory`, or the sources when it has no complete manifest."""
        try:
            built = json.loads((directory / "manifest.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return cls()
        if not isinstance(built, dict) or not all(
            isinstance(built.get(name), str) and (directory / built[name]).is_file() for name in SOURCES
        ):
            return cls()
        return cls({name: f"dist/{built[name]}" for name in SOURCES})

    def path(self, request: Any, name: str) -> str:
        return str(request.static_path(STATIC + self.files[name]))

    def tags(self, request: Any, entry: str = "main") -> Markup:
        """What a page's head needs; `entry` is main (signed-in pages) or enhance (account pages).

        The theme script blocks on purpose: it must set the theme before the first paint.
        """
        return Markup(
            '<link rel="stylesheet" href="{styles}">\n'
            '<script src="{theme}"></script>\n'
            '<script type="module" src="{entry}"></script>'
        ).format(
            styles=self.path(request, "styles.css"),
            theme=self.path(request, "theme.js"),
            entry=self.path(request, f"{entry}.js"),
        )

"""Texts that only the operator can write: who runs this, and on which terms.

Each is a file in a folder of the operator's choice: `privacy.html` (a part of a page, taken as it stands) or
`privacy.txt` (paragraphs, with empty lines between). A text that is not there has no page and no links to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

LABELS = {"about": "About", "privacy": "Privacy", "cookies": "Cookies", "terms": "Terms"}
NAMES = tuple(LABELS)


@dataclass(frozen=True, slots=True)
class Text:
    name: str
    label: str
    changed_at: datetime
    path: Path

    def html(self) -> Markup:
        content = self.path.read_text("utf-8", errors="replace")
        if self.path.suffix == ".html":
            # The operator may write what they like here; scripts would not run, the content policy sees to that.
            return Markup(content)  # noqa: S704
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", content) if part.strip()]
        return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in paragraphs)


class Texts:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, name: str) -> Text | None:
        if self._folder is None or name not in LABELS:
            return None
        for suffix in (".html", ".txt"):
            path = self._folder / f"{name}{suffix}"
            if path.is_file():
                changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                return Text(name, LABELS[name], changed_at, path)
        return None

    def present(self) -> list[Text]:
        """Those that the operator has written, in fixed order."""
        return [text for name in NAMES if (text := self.find(name)) is not None]

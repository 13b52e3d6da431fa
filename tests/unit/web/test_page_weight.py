"""What a first visit to the inbox downloads before it can be used, compressed as a proxy would."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from logister_core.web.assets import DIST, Assets

STATIC = DIST.parent
KILOBYTE = 1024
_IMPORT = re.compile(r"""(?:^import\b[^"']*|@import url\()["']\.?/?([\w.-]+)["']""", re.MULTILINE)


def weight(name: str) -> int:
    """Bytes of a linked file and everything it asks for in turn, each compressed on its own."""
    found: dict[Path, int] = {}
    waiting = [STATIC / Assets.from_directory().files[name]]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        text = path.read_bytes()
        found[path] = len(gzip.compress(text))
        # Bundles ask for nothing; sources name their neighbours.
        if path.parent != DIST:
            waiting += [path.parent / name for name in _IMPORT.findall(text.decode()) if name != "htmx.org"]
    return sum(found.values())


def test_the_inbox_needs_little_script_and_style() -> None:
    assert weight("styles.css") <= 40 * KILOBYTE
    assert weight("main.js") + weight("theme.js") <= 60 * KILOBYTE


def test_the_weight_counts_what_is_asked_for_in_turn() -> None:
    assert weight("styles.css") > 6 * KILOBYTE

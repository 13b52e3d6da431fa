"""What is true of every file."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
LONGEST_FILE = 400

# Made by tools, or not ours to read.
SKIPPED = {"__pycache__", "node_modules", "dist", "build", ".hypothesis", "screenshots"}
TEXT = {".py", ".pt", ".md", ".js", ".mjs", ".css", ".toml", ".ini", ".mako", ".txt", ".svg", ".json", ""}

# Put together here, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")


def files() -> Iterator[Path]:
    """Everything that is written by hand."""
    places = [SOURCES, ROOT / "tests", ROOT / "docs", ROOT / ".ci"]
    for path in [*(path for place in places for path in sorted(place.rglob("*"))), *sorted(ROOT.glob("*"))]:
        parts = path.relative_to(ROOT).parts
        if path.is_file() and path.suffix in TEXT and not SKIPPED & set(parts) and "egg-info" not in str(parts):
            yield path


def modules() -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and path.is_relative_to(SOURCES)]


def test_nothing_is_left_unfinished():
    assert [path for path in files() if UNFINISHED.search(path.read_text())] == []


def test_no_file_names_where_packages_come_from():
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in locked.items() if "resolved" in package] == []
    hosts = re.compile(r"--(?:extra-)?index-url|--registry|trusted-host")
    assert [path for path in files() if path != Path(__file__) and hosts.search(path.read_text())] == []


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in modules()} - {SOURCES}
    scripts = SOURCES / "logister_core" / "migrations" / "versions"
    assert [folder for folder in folders - {scripts} if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_every_module_says_what_it_is_and_stays_small(path: Path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    if path.parent.name != "versions":
        # A migration is written once; the first one holds the whole schema.
        assert len(text.splitlines()) < LONGEST_FILE


def test_templates_styles_and_scripts_stay_small():
    written = [path for path in files() if path.suffix in {".pt", ".css", ".js"} and path.is_relative_to(SOURCES)]
    assert [path for path in written if len(path.read_text().splitlines()) >= LONGEST_FILE] == []

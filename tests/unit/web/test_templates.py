"""Every template compiles, and none brings style or script into the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chameleon import PageTemplateFile

import logister_core

SOURCE = Path(logister_core.__file__).parent.parent
TEMPLATES = sorted(SOURCE.rglob("*.pt"))
FORBIDDEN = re.compile(
    r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on|tal:replace=\"structure", re.I
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_template_compiles(path):
    PageTemplateFile(str(path)).cook_check()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_template_holds_no_style_and_no_script_of_its_own(path):
    assert not FORBIDDEN.findall(path.read_text("utf-8"))


def test_the_style_sheets_and_scripts_load_nothing_from_elsewhere():
    static = SOURCE / "logister_core" / "web" / "static"
    for path in [*static.glob("styles/*.css"), *static.glob("scripts/*.js")]:
        assert not re.findall(r"https?:|url\(\s*[\"']?//", path.read_text("utf-8")), path.name

"""Compiled templates are kept between starts, and nothing that is kept can do harm."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import chameleon.template
import pytest
from chameleon import PageTemplate

from logister_core.settings import load_settings
from logister_core.web import compiled
from logister_core.web.compiled import CompiledTemplates, keep_compiled

TEXT, SHOWN = "<p>${word}</p>", "<p>a &amp; b</p>"

# What a process does that shows a page; it cannot compile.
PROCESS = """
import os
import sys
import chameleon.template
from logister_core.settings import load_settings
from logister_core.web.compiled import keep_compiled
keep_compiled(load_settings({}, os.environ))
chameleon.template.Compiler = None
print(chameleon.PageTemplate(sys.argv[1]).render(word="a & b"))
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "templates"


@pytest.fixture
def show():
    """Show the page in a process of these; tells the page, and whether it was compiled."""

    def show(folder, key=b"key", text=TEXT):
        class Template(PageTemplate):
            loader = CompiledTemplates(folder, key)
            compiled = False

            def _compile(self, *args):
                type(self).compiled = True
                return super()._compile(*args)

        return Template(text).render(word="a & b"), Template.compiled

    return show


def only(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_a_second_process_does_not_compile(tmp_path, monkeypatch):
    environ = {"LOGISTER_HOME": str(tmp_path), "LOGISTER_SECRET_KEY": "s" * 40}
    with monkeypatch.context() as changed:
        # The other tests of this process go on as before.
        changed.setattr(chameleon.template.BaseTemplate, "loader", None)
        changed.setattr(chameleon.template, "get_pkg_digest", None)
        changed.delenv("CHAMELEON_CACHE", raising=False)
        keep_compiled(load_settings({}, environ))
        assert PageTemplate(TEXT).render(word="a & b") == SHOWN
    folder = tmp_path / "cache" / "templates"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only(folder).stat().st_mode) == 0o600
    others = {name: value for name, value in os.environ.items() if name != "CHAMELEON_CACHE"}
    run = [sys.executable, "-c", PROCESS, TEXT]
    assert (
        subprocess.run(run, env=others | environ, stdout=subprocess.PIPE, text=True, check=True).stdout == f"{SHOWN}\n"
    )


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 1000, None])
def test_a_file_that_is_damaged_is_made_anew(show, folder, damage):
    assert show(folder) == (SHOWN, True)
    kept = only(folder).read_bytes()
    only(folder).write_bytes(kept[:-1] if damage is None else damage)
    assert show(folder) == (SHOWN, True)
    assert show(folder) == (SHOWN, False)


def test_nothing_is_run_that_was_not_signed_here(show, folder):
    show(folder, key=b"somebody else's")
    theirs = only(folder).read_bytes()
    assert show(folder) == (SHOWN, True)
    assert only(folder).read_bytes() != theirs


def test_a_file_counts_for_its_own_template_alone(show, folder):
    show(folder, text="<p>one</p>")
    one = only(folder)
    show(folder, text="<p>two</p>")
    [two] = set(folder.iterdir()) - {one}
    one.write_bytes(two.read_bytes())
    assert show(folder, text="<p>one</p>") == ("<p>one</p>", True)


def test_without_a_folder_that_can_be_written_pages_are_shown_all_the_same(show, tmp_path, caplog):
    file = tmp_path / "file"
    file.write_text("no folder")
    assert show(file / "templates") == (SHOWN, True)
    assert show(file / "templates") == (SHOWN, True)
    assert "templates.not_kept" in caplog.text


def test_the_folder_does_not_grow_for_ever(show, folder, monkeypatch):
    monkeypatch.setattr(compiled, "MOST_FILES", 4)
    for number in range(12):
        show(folder, text=f"<p>{number}</p>")
        os.utime(max(folder.iterdir(), key=os.path.getmtime), (number, number))
        assert len(list(folder.iterdir())) <= 4
    assert show(folder, text="<p>11</p>") == ("<p>11</p>", False)

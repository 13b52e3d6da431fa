"""`.env.sample` and the registry of variables say the same (spec 80 §2, case 31)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from logister_core.settings import Variable
from support.shipped import all_variables

SAMPLE = Path(__file__).parents[3] / ".env.sample"


def sample() -> dict[str, tuple[str, str]]:
    """Per variable: the value given and the comment above it on one line."""
    found: dict[str, tuple[str, str]] = {}
    comment: list[str] = []
    for line in SAMPLE.read_text().splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("# "))
        elif match := re.fullmatch(r"([A-Z][A-Z0-9_]*)=(.*)", line):
            assert match[1] not in found, f"{match[1]} is listed twice"
            found[match[1]] = (match[2], " ".join(comment))
            comment = []
        else:
            assert not line.strip(), f"neither comment nor variable: {line}"
            comment = []
    return found


def test_case_80_31_the_sample_lists_every_variable_and_no_other():
    assert list(sample()) == [variable.name for variable in all_variables()]


@pytest.mark.parametrize("variable", all_variables(), ids=lambda variable: variable.name)
def test_case_80_31_the_sample_tells_default_and_old_names_and_holds_no_secret(variable: Variable):
    value, comment = sample()[variable.name]
    assert value in ("", variable.default)
    if variable.secret:
        assert value == ""
    assert f"Default: {variable.default or 'none'}" in comment
    for alias in variable.aliases:
        assert re.search(rf"Old name: {alias}\b", comment)
    if re.search(r"\b(threads|connections|processes)\b", variable.kind.expected):
        assert re.search(r"threads|[Cc]onnections|processes", comment)


def test_no_two_variables_share_a_name_or_an_ini_key():
    names = [name for variable in all_variables() for name in (variable.name, *variable.aliases)]
    assert len(names) == len(set(names))
    keys = [variable.ini_key for variable in all_variables()]
    assert len(keys) == len(set(keys))
    assert "logister.database_url" in keys
    assert "logister.home" in keys

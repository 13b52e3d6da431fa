from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from logister_core.web.components import Components

NOW = datetime(2026, 11, 22, 21, 57, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def test_a_component_sees_only_what_it_is_given(ui):
    assert ui.badge(label="new") == '<span class="badge neutral">new</span>'
    assert ui.badge(label="late", kind="warning") == '<span class="badge warning">late</span>'


def test_an_unknown_component_is_an_error(ui):
    with pytest.raises(KeyError):
        ui.nothing_of_the_kind()


def test_values_are_escaped_and_markup_is_kept(ui):
    html = ui.key_values(rows=[("a", HOSTILE), (HOSTILE, "b"), ("c", Markup("<em>kept</em>")), ("d", None)])
    assert "<script>" not in html
    assert "<em>kept</em>" in html
    assert "<td>—</td>" in html


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("button", {"label": HOSTILE, "value": HOSTILE, "name": HOSTILE}),
        ("copy_button", {"text": HOSTILE, "what": HOSTILE}),
        ("flash", {"kind": "alert", "text": HOSTILE}),
        ("empty", {"title": HOSTILE, "why": HOSTILE, "command": HOSTILE}),
        ("code", {"text": HOSTILE, "label": HOSTILE}),
        ("source", {"lines": [(1, HOSTILE)], "current": 1, "label": HOSTILE}),
        ("field", {"name": "a[b]", "label": HOSTILE, "value": HOSTILE, "errors": [HOSTILE], "hint": HOSTILE}),
        ("field", {"name": "a[b]", "label": HOSTILE, "options": [(HOSTILE, HOSTILE)], "value": HOSTILE}),
        ("choices", {"name": "a", "legend": HOSTILE, "options": [("k", HOSTILE, HOSTILE)]}),
        ("token_once", {"token": HOSTILE}),
        ("status", {"kind": "ok", "label": HOSTILE}),
    ],
)
def test_hostile_values_stay_text(ui, name, values):
    assert "<script>" not in getattr(ui, name)(**values)


def test_a_field_names_its_hint_and_errors_to_assistive_technology(ui):
    html = ui.field(name="project[name]", label="Name", required=True, hint="Short.", errors=["Give a name."])
    assert 'aria-describedby="field-project-name-hint field-project-name-errors"' in html
    assert 'aria-invalid="true"' in html
    assert 'for="field-project-name"' in html
    assert "optional" not in html


def test_a_password_is_never_printed_back(ui):
    assert "hunter2" not in ui.field(name="p", label="Password", field_type="password", value="hunter2")


def test_attributes_without_a_value_are_absent_unless_wanted(ui):
    html = ui.field(name="a", label="A")
    assert "required" not in html
    assert "autofocus" not in html
    assert "False" not in html


def test_the_failing_line_is_marked_and_named(ui):
    html = ui.source(lines=[(46, "a"), (47, "b <c>")], current=47)
    assert '<span class="line is-current" data-line="47"><span class="sr-only">failing line: </span>b &lt;c&gt;' in html
    assert '<span class="line" data-line="46">a' in html


def test_confirmation_asks_for_the_word(ui):
    html = ui.confirm(summary="Delete", action="/x", button="Delete", csrf=Markup("<input>"), word=HOSTILE)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; to confirm" in html
    assert "<script>" not in html
    assert "required" in html


def test_a_step_says_its_state_in_words(ui):
    assert "Complete" in ui.step(title="Key", state="complete")
    assert "Not verified" in ui.step(title="Key", state="pending")


@pytest.fixture(scope="module")
def ui():
    return Components()

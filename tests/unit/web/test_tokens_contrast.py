from __future__ import annotations

import re
from pathlib import Path

import pytest

import logister_core.web

TOKENS = Path(logister_core.web.__file__).parent / "static" / "styles" / "tokens.css"
THEMES = ("light", "dark")

# What is read (4.5 : 1) on what.
SURFACES = ("surface", "surface-raised", "surface-sunken", "surface-hover", "surface-selected", "bar-surface")
TEXT = [
    *((text, surface) for text in ("text", "text-muted") for surface in SURFACES),
    *(("accent", surface) for surface in ("surface", "surface-raised", "surface-hover", "bar-surface")),
    *((meaning, surface) for meaning in ("danger", "warning", "success") for surface in SURFACES),
    *((meaning, f"{meaning}-soft") for meaning in ("danger", "warning", "success", "info")),
    *(("text", f"{meaning}-soft") for meaning in ("danger", "warning", "success", "info")),
    ("text-muted", "info-soft"),
    ("text-muted", "danger-soft"),
    ("text-muted", "success-soft"),
    ("text-muted", "code-surface"),
    ("accent-strong", "accent-soft"),
    ("text-on-fill", "accent-fill"),
    ("text-on-fill", "accent-fill-strong"),
    ("text-on-fill", "danger-fill"),
    ("surface", "text"),
    ("code-text", "code-surface"),
    ("code-text", "code-mark"),
    ("code-muted", "code-surface"),
    ("code-muted", "code-mark"),
]
# What must be made out (3 : 1): control borders, the focus ring, filled buttons, dots, bars.
SHAPES = [
    *(("line-control", surface) for surface in ("surface", "surface-raised", "surface-hover", "surface-selected")),
    *(("focus", surface) for surface in (*SURFACES, "code-surface")),
    *((fill, surface) for fill in ("accent-fill", "danger-fill") for surface in ("surface", "surface-raised")),
    *(
        (f"event-{name}", surface)
        for name in ("error", "log", "metric", "transaction", "check-in")
        for surface in ("surface", "surface-raised")
    ),
    ("spark", "surface"),
    ("spark-peak", "surface"),
    ("code-mark-edge", "code-surface"),
]


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS.read_text("utf-8"))
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ratio(front: str, back: str, theme: str) -> float:
    values = tokens()
    at = THEMES.index(theme)
    return contrast(values[front][at], values[back][at])


def test_contrast_is_computed_as_defined():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_is_readable(front, back, theme):
    assert ratio(front, back, theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), SHAPES)
def test_controls_and_focus_can_be_made_out(front, back, theme):
    assert ratio(front, back, theme) >= 3


def test_every_variable_the_style_sheets_use_is_a_token():
    styles = "".join(path.read_text("utf-8") for path in TOKENS.parent.glob("*.css"))
    defined = set(re.findall(r"^\s*--([\w-]+):", TOKENS.read_text("utf-8"), re.MULTILINE))
    # Set by a script on the element: the width the reader gave to the list.
    assert set(re.findall(r"var\(--([\w-]+)", styles)) - defined == {"inbox-list"}
    assert not re.findall(
        r"#[0-9a-f]{3,8}\b", styles.replace(TOKENS.read_text("utf-8"), "").replace("#cfdcfb, #2c4277", "")
    )

from __future__ import annotations

import re

from logister_core.web.components import Components
from logister_core.web.styleguide_examples import EXAMPLES, TEMPLATES


def test_development_shows_every_component(make_app):
    page = make_app(environment="development").get("/_styleguide")
    assert len(page.html.select("section.guide")) == len(EXAMPLES) + 2
    assert len(page.html.select(".guide-swatches li")) > 30
    assert "<script>alert" not in page


def test_other_environments_do_not_have_the_page(make_app):
    make_app(environment="production").get("/_styleguide", status=404)


def test_every_example_is_listed():
    assert {path.stem for path in TEMPLATES.glob("*.pt")} == {name for name, _, _ in EXAMPLES}


def test_every_macro_is_shown_somewhere():
    shown = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.pt"))
    used = set(re.findall(r"ui(?:\.|\[')(\w+)", shown))
    source = (TEMPLATES.parent / "components.pt").read_text("utf-8")
    inside = set(re.findall(r"\bui\.(\w+)", source))
    assert set(re.findall(r'define-macro="(\w+)"', source)) <= used | inside


def test_every_macro_is_documented_at_the_top_of_the_file():
    source = (TEMPLATES.parent / "components.pt").read_text("utf-8")
    documentation = source[: source.index("-->")]
    for name in re.findall(r'define-macro="(\w+)"', source):
        assert re.search(rf"^  {name}\b", documentation, re.MULTILINE), name


def test_components_are_found_by_both_names():
    components = Components()
    assert components["key-values"].include is not None

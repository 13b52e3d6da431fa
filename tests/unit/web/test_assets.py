from __future__ import annotations

import json

import pytest
from pyramid.testing import DummyRequest, setUp, tearDown

from logister_core.web.assets import DIST, SOURCES, Assets

BUILT = {
    "styles.css": "styles-AAAA.css",
    "theme.js": "theme-BBBB.js",
    "main.js": "main-CCCC.js",
    "enhance.js": "enhance-DDDD.js",
}


@pytest.fixture
def request_():
    config = setUp(request=DummyRequest())
    config.add_static_view("static", "logister_core.web:static")
    yield DummyRequest()
    tearDown()


def build(directory, manifest, files=None):
    for name in files or BUILT.values():
        (directory / name).write_text("")
    (directory / "manifest.json").write_text(manifest)


def test_the_bundles_are_linked_when_they_were_built(tmp_path):
    build(tmp_path, json.dumps(BUILT))
    assert Assets.from_directory(tmp_path).files["main.js"] == "dist/main-CCCC.js"


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"main.js": "main-CCCC.js"}'])
def test_without_a_complete_manifest_the_sources_are_linked(tmp_path, manifest):
    build(tmp_path, manifest)
    assert Assets.from_directory(tmp_path).files == SOURCES


def test_a_manifest_that_names_missing_files_is_not_believed(tmp_path):
    build(tmp_path, json.dumps(BUILT), files=("styles-AAAA.css",))
    assert Assets.from_directory(tmp_path).files == SOURCES


def test_without_a_build_the_sources_are_linked(tmp_path):
    assert Assets.from_directory(tmp_path / "none").files == SOURCES


def test_every_source_exists():
    for path in SOURCES.values():
        assert (DIST.parent / path).is_file()


def test_the_style_sheet_list_names_every_style_sheet():
    styles = DIST.parent / "styles"
    listed = (styles / "main.css").read_text("utf-8")
    for path in styles.glob("*.css"):
        assert path.name == "main.css" or f'url("{path.name}")' in listed


def test_the_theme_is_set_before_the_first_paint_and_the_rest_waits(request_):
    tags = Assets().tags(request_, "enhance")
    assert '<script src="/static/scripts/theme.js"></script>' in tags
    assert '<script type="module" src="/static/scripts/enhance.js"></script>' in tags
    assert '<link rel="stylesheet" href="/static/styles/main.css">' in tags


def test_source_files_are_cached_briefly(app):
    assert app.get("/static/styles/main.css").headers["Cache-Control"] == "max-age=60"

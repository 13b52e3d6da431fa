from __future__ import annotations

from types import SimpleNamespace


def test_signed_in_people_start_at_their_projects(make_app):
    answer = make_app(user=SimpleNamespace(name="Ana")).get("/", status=303)
    assert answer.location == "http://localhost/projects"


def test_everybody_else_starts_at_the_sign_in_page(app):
    assert app.get("/", status=303).location == "http://localhost/users/sign_in"


def test_source_files_are_cached_briefly(app):
    assert app.get("/static/styles/main.css").headers["Cache-Control"] == "max-age=60"

"""What plugins may add to pages and forms, with a guard and a banner that a test declares (docs/plugins.md)."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from logister_core.security.content_policy import PageKind

REFUSAL = "The doorman does not know you."
SOURCE = "https://doorman.example.com"


class Doorman:
    """Lets in who says the word; `asked` are the forms that were sent."""

    def __init__(self):
        self.asked = []

    def fields(self, request, form):
        return Markup('<input name="word" data-form="{}" value="">').format(form)

    def refusal(self, request, form):
        self.asked.append(form)
        return None if request.POST.get("word") == "melon" else REFUSAL


@pytest.fixture
def database_kind():
    """Nothing here depends on the database."""
    return "sqlite"


@pytest.fixture
def doorman():
    return Doorman()


@pytest.fixture
def guarded(make_site, doorman):
    # With a variable, so that nobody else gets this application afterwards.
    site = make_site(LOGISTER_LANDING_PAGE="true")
    site.registry.form_guards.append(doorman)
    site.registry.content_policy.add("script-src", SOURCE, [PageKind.ACCOUNT_FORM])
    return site


def test_the_form_shows_what_the_guard_adds_and_its_page_may_load_it(guarded):
    answer = guarded.browser().get("/users/sign_in")
    assert answer.html.select_one("form input[name=word]")["data-form"] == "sign_in"
    assert f"script-src 'self' {SOURCE};" in answer.headers["Content-Security-Policy"]


def test_who_is_refused_gets_the_empty_form_with_the_reason_and_keeps_the_target(guarded, people_of, doorman):
    people_of(guarded).add()
    browser = guarded.browser()
    form = browser.get("/users/sign_in?next=/projects/new").form
    form["user[email]"] = "ana@example.com"
    form["user[password]"] = "correct horse battery"
    answer = form.submit()
    assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_in?next=/projects/new")
    page = answer.follow()
    assert REFUSAL in page.text
    assert page.form["user[email]"].value == ""
    assert doorman.asked == ["sign_in"]


def test_who_passes_goes_on_as_always(guarded, people_of):
    people_of(guarded).add()
    browser = guarded.browser()
    form = browser.get("/users/sign_in").form
    form["user[email]"], form["user[password]"], form["word"] = "ana@example.com", "correct horse battery", "melon"
    assert form.submit().status_int == 303


def test_a_submission_that_is_run_again_is_judged_once(guarded, doorman):
    browser = guarded.browser()
    form = browser.get("/users/sign_in").form
    fields = dict(form.submit_fields()) | {"word": "melon"}
    # What `pyramid_retry` keeps between attempts is the environment.
    environ = {"logister.form_guards.sign_in": None}
    browser.post("/users/sign_in", fields, extra_environ=environ, status=422)
    assert doorman.asked == []


def test_forms_and_pages_without_it_are_as_they_are_without_plugins(guarded, site):
    for path in ("/setup", "/nowhere"):
        ours, theirs = (any_site.browser().get(path, status="*") for any_site in (guarded, site))
        assert ours.headers["Content-Security-Policy"] == theirs.headers["Content-Security-Policy"]


def test_parts_stand_in_the_pages_they_were_declared_for(guarded, people_of):
    add = guarded.registry.page_parts.add
    add("head", lambda request: Markup("<meta name=part-of-head>"), [PageKind.PUBLIC])
    add("foot", lambda request: Markup("<i id=part-of-foot></i>"), [PageKind.PUBLIC, PageKind.ACCOUNT])
    add("end", lambda request: Markup("<i id=part-of-end></i>"), [PageKind.APPLICATION])
    _, signed_in = people_of(guarded).newcomer()
    parts = {
        path: [name for name in ("head", "foot", "end") if f"part-of-{name}" in browser.get(path).text]
        for browser, path in ((guarded.browser(), "/"), (guarded.browser(), "/users/sign_in"), (signed_in, "/projects"))
    }
    assert parts == {"/": ["head", "foot"], "/users/sign_in": ["foot"], "/projects": ["end"]}
    public = guarded.browser().get("/").html
    assert public.select_one("head > meta[name=part-of-head]")
    assert public.select_one("nav.foot-links > #part-of-foot")

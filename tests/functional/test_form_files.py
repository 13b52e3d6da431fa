"""A file where a form has a text is the sender's mistake, and no failure of ours."""

from __future__ import annotations

import pytest

FORMS = {
    "/users/sign_in": "/users/sign_in",
    "/users/sign_up": "/users",
    "/users/password/new": "/users/password",
    "/users/confirmation/new": "/users/confirmation",
}


@pytest.fixture
def database_kind():
    """No database is asked."""
    return "sqlite"


@pytest.mark.parametrize("page", FORMS)
@pytest.mark.parametrize("name", ["csrf_token", "user[email]", "user[password]", "next"])
def test_a_stranger_who_sends_a_file_is_told_so(site, page, name):
    browser = site.browser()
    fields = dict(browser.get(page).form.submit_fields())
    fields.pop(name, None)
    answer = browser.post(FORMS[page], fields, upload_files=[(name, "a.txt", b"text")], status=400)
    assert "A field of this form holds a file." in answer.text


def test_a_form_in_parts_that_are_all_text_is_like_any_other(site, people):
    people.add()
    browser = site.browser()
    fields = dict(browser.get("/users/sign_in").form.submit_fields())
    fields |= {"user[email]": "ana@example.com", "user[password]": "correct horse battery"}
    assert browser.post("/users/sign_in", fields, content_type="multipart/form-data").status_int == 303


def test_forms_of_projects_refuse_files_too(people):
    _, browser = people.newcomer()
    fields = {"csrf_token": browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]}
    browser.post("/projects", fields, upload_files=[("project[name]", "a.txt", b"Shop")], status=400)

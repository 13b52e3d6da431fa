"""News of a newer release in the bell: who gets them, when, and what it takes to be rid of them."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import event

from logister_core.accounts.models import User
from logister_core.updates import github as asking
from logister_core.updates.models import KnownRelease, UserNotificationDismissal
from logister_core.updates.services import check
from support.github import github

TOKEN = "ghp_not-for-the-log"
REPOSITORY = "acme/logister"
UNUSABLE = (
    {"body": b"<html>"},
    {"body": b"[]"},
    {"body": b'{"tag_name": 7}'},
    {"body": b'{"tag_name": "nightly"}'},
    {"body": b'{"tag_name": "v9.9", "more": "' + b"x" * 3_000_000 + b'"}'},
    {"status": 404, "body": b'{"tag_name": "v9.9"}'},
    {"status": 302, "headers": {"Location": "/elsewhere"}},
)
NEVER_DONE = ({"silent": True}, {"drips": True, "body": b"{"})


@pytest.fixture
def upstream():
    with github() as there:
        yield there


@pytest.fixture
def site(make_site):
    return make_site(
        LOGISTER_RELEASE="v2.1.0",
        LOGISTER_RELEASE_REPOSITORY=REPOSITORY,
        LOGISTER_GITHUB_TOKEN=TOKEN,
        LOGISTER_ADMIN_EMAILS="root@example.com",
    )


@pytest.fixture
def look(site, upstream):
    def look():
        check(site.registry.engine, site.settings.updates, site.clock, upstream.base)

    return look


def entries(browser, page="/projects"):
    """Keys of what the bell tells; its badge says how many."""
    bell = browser.get(page).html.select_one(".bar-bell")
    badge = bell.select_one(".bar-badge")
    keys = [field["value"] for field in bell.select("input[name=notification_key]")]
    assert (badge.text if badge else "") == (str(len(keys)) if keys else "")
    assert ("Nothing new" in bell.text) == (not keys)
    return keys


def dismiss(browser, key, status=303, **headers):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    fields = {"csrf_token": token} | ({} if key is None else {"notification_key": key})
    return browser.post("/notifications/dismiss", fields, headers=headers, status=status)


def back(answer):
    assert answer.status_int == 303
    return answer.location.removeprefix("http://localhost")


def test_case_80_30_a_newer_release_is_told_until_it_is_dismissed(site, people, look, upstream):
    owner, browser = people.newcomer()
    people.project(owner)
    assert entries(browser) == []

    upstream.releases("v2.1.0")
    look()
    [(path, headers)] = upstream.asked
    assert path == "/repos/acme/logister/releases/latest"
    assert headers["Accept"] == "application/vnd.github+json"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert entries(browser) == []

    site.clock.forward(hours=1)
    upstream.releases("v2.1.1", name="Logister 2.1.1: <b>fewer</b> false alarms")
    look()
    [row] = site.rows(KnownRelease)
    assert (row.repository, row.version, row.checked_at) == (REPOSITORY, "2.1.1", site.clock())
    assert entries(browser) == ["release_update:2.1.1"]
    bell = browser.get("/projects").html.select_one(".bar-bell")
    for words in ("Update available", "Logister 2.1.1 · <b>fewer</b> false alarms", "This installation runs 2.1.0."):
        assert words in " ".join(bell.text.split())
    assert bell.select_one("a")["href"] == "https://github.com/acme/logister/releases/tag/v2.1.1"

    dismiss(browser, "release_update:2.1.1")
    look()
    assert entries(browser) == []
    upstream.releases("2.1.2", html_url="javascript:alert(1)")
    look()
    assert entries(browser) == ["release_update:2.1.2"]
    assert not browser.get("/projects").html.select(".bar-bell a")


def test_case_80_30_a_check_that_fails_changes_nothing_and_says_so(site, look, upstream, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    upstream.releases("v2.1.1")
    look()
    before = [(row.version, row.url, row.checked_at) for row in site.rows(KnownRelease)]
    site.clock.forward(hours=1)

    def fail(answer):
        caplog.clear()
        upstream.answers(**answer)
        look()
        [line] = [record for record in caplog.records if record.name.startswith("logister_core.updates")]
        assert (line.levelname, line.message.split()[0]) == ("INFO", "updates.check_failed"), answer
        assert TOKEN not in caplog.text

    for answer in UNUSABLE:
        fail(answer)
    assert {path for path, _ in upstream.asked} == {f"/repos/{REPOSITORY}/releases/latest"}
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    monkeypatch.setattr(asking, "WHOLE_ANSWER", 0.1)
    for answer in NEVER_DONE:
        fail(answer)
    assert [(row.version, row.url, row.checked_at) for row in site.rows(KnownRelease)] == before


def test_case_60_36_an_entry_is_dismissed_for_one_person_alone(site, people, look, upstream):
    upstream.releases("v2.1.1")
    look()
    owner, browser = people.newcomer("owner@example.com")
    project = people.project(owner)
    viewer, viewers = people.newcomer("viewer@example.com")
    people.join(project, viewer, "viewer")
    _, administrators = people.newcomer("root@example.com")
    named, nameds = people.newcomer("named@example.com", application_admin=True)
    assert entries(viewers) == []
    for somebody in (browser, administrators, nameds):
        assert entries(somebody) == entries(somebody, "/projects/new") == ["release_update:2.1.1"]

    dismiss(browser, "release:1.2.3")
    assert entries(browser) == ["release_update:2.1.1"]
    # As the form does it, from two windows.
    page = "/projects?filter=all"
    for form in [browser.get(page).html.select_one(".bar-bell form") for _ in range(2)]:
        fields = {field["name"]: field["value"] for field in form.select("input")}
        assert back(browser.post(form["action"], fields, headers={"Referer": f"http://localhost{page}"})) == page
    assert entries(browser) == []
    assert entries(administrators) == ["release_update:2.1.1"]
    assert site.count(UserNotificationDismissal) == 2

    for key in ("release 1.2.3", "", None, "a" * 201, "release:1.2.3\n", "é"):
        assert "A notification key has 1 to 200" in dismiss(browser, key, status=400).text
    assert site.count(UserNotificationDismissal) == 2
    dismiss(nameds, "A:z._-" + "9" * 194)
    assert site.count(UserNotificationDismissal) == 3
    with site.write() as db:
        db.delete(db.get(User, named.id))
    assert site.count(UserNotificationDismissal) == 2


def test_dismissing_leads_back_to_pages_of_this_site_only(site, people):
    _, browser = people.newcomer()
    for referer in ("", "http://localhost//evil.example/", "http://localhost"):
        assert back(dismiss(browser, "x", Referer=referer)) == "/"
    # With an origin of ours, so that the referer alone is what is looked at.
    for referer in ("http://evil.example/projects", "http://[bad", "https://localhost/projects", "/projects"):
        assert back(dismiss(browser, "x", Referer=referer, Origin="http://localhost")) == "/"
    stranger = site.browser().post("/notifications/dismiss", {"notification_key": "x"}, status=302)
    assert "/users/sign_in" in stranger.location


def test_the_bell_costs_a_page_one_statement_and_none_without_a_repository(make_site, people_of, site):
    for instance, due in ((site, 1), (make_site(), 0)):
        people = people_of(instance)
        owner, browser = people.newcomer()
        people.project(owner)
        seen = []

        def note(connection, cursor, statement, *_, seen=seen):
            seen.append(statement)

        event.listen(instance.registry.engine, "before_cursor_execute", note)
        browser.get("/projects")
        event.remove(instance.registry.engine, "before_cursor_execute", note)
        assert sum("known_releases" in statement for statement in seen) == due


def test_nothing_is_asked_unless_it_is_wanted(make_site, people_of, upstream):
    upstream.releases("v9.9")
    for settings in (
        {},
        {"LOGISTER_RELEASE_REPOSITORY": REPOSITORY, "LOGISTER_UPDATE_CHECKS_ENABLED": "no"},
    ):
        site = make_site(**settings)
        check(site.registry.engine, site.settings.updates, site.clock, upstream.base)
        assert not upstream.asked
        _, browser = people_of(site).newcomer(application_admin=True)
        assert entries(browser) == []


def test_a_daily_job_asks(site, upstream, monkeypatch):
    monkeypatch.setattr(check, "__defaults__", (upstream.base,))
    upstream.releases("v2.1.1")
    assert site.registry.recurring_jobs["update_check"].every == timedelta(days=1)
    site.registry.actors["logister_core.updates.actors.check_for_update"].fn()
    assert [row.version for row in site.rows(KnownRelease)] == ["2.1.1"]

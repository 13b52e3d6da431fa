from __future__ import annotations

import hashlib
import re

import pytest

from logister_core.api_keys.models import ApiKey
from logister_core.api_keys.services import ApiKeyService
from logister_core.errors import Refused
from support.instance import instance


@pytest.fixture
def owner(people):
    return people.add()


@pytest.fixture
def project(people, owner):
    return people.project(owner)


@pytest.fixture
def browser(people, owner):
    return people.browser_of(owner)


def test_case_60_09_a_new_token_is_shown_once_and_sends_events(site, browser, project, owner):
    page = create(browser, project, "production")
    assert page.status_int == 200
    token = page.html.select_one("[data-token]").text
    assert re.fullmatch(r"logister_[0-9a-f]{48}", token)
    assert page.headers["Cache-Control"] == "no-store"
    assert token not in str(page.headers)
    assert token not in browser.get(setup_of(project)).text
    [key] = site.rows(ApiKey)
    assert (key.name, key.project_id, key.user_id) == ("production", project.id, owner.id)
    assert key.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert site.send(token).status_int == 201


def test_the_token_is_in_no_cookie_either(browser, project):
    token = create(browser, project, "production").html.select_one("[data-token]").text
    assert all(token not in value for value in browser.cookies.values())


def test_case_60_09_the_prefix_is_the_one_of_the_settings_and_old_tokens_stay_good(make_site, people_of):
    site = make_site(LOGISTER_API_KEY_PREFIX="acme-2")
    people = people_of(site)
    project = people.project(people.add())
    with site.write() as db:
        _, token = ApiKeyService(db, site.clock, site.settings).create(project, None, name="ci")
        digest = hashlib.sha256(b"logister_old").hexdigest()
        now = site.clock()
        db.add(ApiKey(project_id=project.id, name="old", token_digest=digest, created_at=now, updated_at=now))
    assert token.startswith("acme-2_")
    assert site.send(token).status_int == 201
    assert site.send("logister_old").status_int == 201


@pytest.mark.parametrize(("name", "message"), [(" \t", "Give the key a name"), ("x" * 101, "at most 100 characters")])
def test_case_60_10_a_key_needs_a_name(site, browser, project, name, message):
    page = create(browser, project, name)
    assert page.status_int == 422
    assert message in page.text
    assert site.count(ApiKey) == 0


def test_opening_the_address_of_the_answer_again_leads_back_to_setup(browser, project):
    answer = browser.get(f"/projects/{project.uuid}/api_keys")
    assert answer.location == f"http://localhost{setup_of(project)}#api-keys"


def test_case_60_11_a_revoked_key_is_refused_at_once_and_stays_in_the_table(site, browser, project):
    token = create(browser, project, "production").html.select_one("[data-token]").text
    assert site.send(token).status_int == 201
    answer = revoke(browser, project)
    assert (answer.status_int, answer.location) == (303, f"http://localhost{setup_of(project)}#api-keys")
    page = answer.follow()
    assert "API key revoked." in page.text
    assert "Revoked" in page.html.select_one("tbody tr").text
    assert site.rows(ApiKey)[0].revoked_at == site.clock()
    assert site.send(token).status_int == 401


def test_other_processes_learn_of_a_revoked_key_or_an_archived_project_within_five_seconds(site, people, tmp_path):
    owner, browser = people.newcomer("owner@example.com")
    with instance(site.settings.database.url, tmp_path / "other", {}) as other:
        seconds = [0.0]
        other.registry.intake.credentials._monotonic = lambda: seconds[0]
        for end in ("revoke", "archive"):
            project = people.project(owner, f"{end} soon")
            token = create(browser, project, "production").html.select_one("[data-token]").text
            assert [place.send(token).status_int for place in (site, other)] == [201, 201]
            if end == "revoke":
                revoke(browser, project)
            else:
                page = browser.get(setup_of(project).removesuffix("/setup"))
                token_of_form = page.html.find("input", {"name": "csrf_token"})["value"]
                browser.post(f"/projects/{project.uuid}/archive", {"csrf_token": token_of_form}, status=303)
            assert site.send(token).status_int == 401
            seconds[0] += 5
            assert other.send(token).status_int == 401


def test_revoking_twice_keeps_the_first_time(site, browser, project):
    create(browser, project, "production")
    page = browser.get(setup_of(project))
    [form] = [form for form in page.forms.values() if form.action.endswith("/revoke")]
    form.submit()
    before = site.clock()
    site.clock.forward(hours=1)
    form.submit()
    assert site.rows(ApiKey)[0].revoked_at == before


def test_case_60_10_and_60_11_and_50_30_a_viewer_cannot_make_or_revoke_keys(site, people, browser, project):
    create(browser, project, "deploy-bot")
    viewer, theirs = people.newcomer("vic@example.com")
    people.join(project, viewer, "viewer")
    page = theirs.get(setup_of(project))
    assert "Ask a project admin to generate a token for this project." in page.text
    assert "There is an active key." in page.text
    assert "deploy-bot" not in page.html.select_one("main").text
    assert page.html.find("table", {"aria-label": "API keys"}) is None
    assert not [form for form in page.forms.values() if "api_keys" in form.action]
    [key] = site.rows(ApiKey)
    post(theirs, f"/projects/{project.uuid}/api_keys", {"api_key[name]": "mine"}, status=404)
    post(theirs, f"/projects/{project.uuid}/api_keys/{key.uuid}/revoke", status=404)
    [key] = site.rows(ApiKey)
    assert key.revoked_at is None


def test_a_project_admin_makes_and_revokes_keys(site, people, project):
    admin, browser = people.newcomer("adm@example.com")
    people.join(project, admin, "admin")
    assert create(browser, project, "ci").status_int == 200
    assert revoke(browser, project).status_int == 303
    assert site.rows(ApiKey)[0].user_id == admin.id


def test_a_key_of_another_project_is_404_even_for_its_owner(site, people, browser, owner, project):
    create(browser, project, "production")
    other = people.project(owner, "Other")
    [key] = site.rows(ApiKey)
    post(browser, f"/projects/{other.uuid}/api_keys/{key.uuid}/revoke", status=404)
    assert site.rows(ApiKey)[0].revoked_at is None
    post(browser, f"/projects/{project.uuid}/api_keys/nonsense/revoke", status=404)


def test_case_60_10_an_archived_project_makes_no_keys(site, people, browser, project):
    post(browser, f"/projects/{project.uuid}/archive")
    page = browser.get(setup_of(project))
    assert not [form for form in page.forms.values() if form.action.endswith("/api_keys")]
    answer = post(browser, f"/projects/{project.uuid}/api_keys", {"api_key[name]": "ci"}, status=422)
    assert "Project is archived" in answer.text
    assert site.count(ApiKey) == 0


def test_the_service_tells_whoever_remembers_keys(site, project):
    told = []
    with site.write() as db:
        service = ApiKeyService(db, site.clock, site.settings, on_change=lambda: told.append(1))
        key, _ = service.create(project, None, name="ci")
        assert told == []
        service.revoke(key)
        service.revoke(key)
        assert told == [1]
        with pytest.raises(Refused):
            service.create(project, None, name="")


def test_case_60_12_setup_starts_with_a_key_and_ends_with_the_first_event(site, people, browser, project):
    page = browser.get(setup_of(project))
    assert states(page) == ["Not verified"] * 4
    assert "No API keys yet." in page.text
    token = create(browser, project, "production").html.select_one("[data-token]").text
    page = browser.get(setup_of(project))
    assert states(page) == ["Complete"] + ["Not verified"] * 3
    assert page.html.find("a", string="Check again")["href"] == setup_of(project)
    waiting = page.html.select_one("[data-waiting]")["data-waiting"]
    assert waiting == f"{setup_of(project)}/first_event"
    assert browser.get(waiting).status_int == 204
    people.newcomer("eve@example.com")[1].get(waiting, status=404)
    uuid = site.send(token).json["id"]
    # What the page puts into the step is that part alone, and the page itself waits no longer.
    arrived = browser.get(waiting)
    assert "<html" not in arrived.text
    assert arrived.html.find("a", string="Open the first event")["href"] == f"/projects/{project.uuid}/events/{uuid}"
    site.clock.forward(minutes=2)
    page = browser.get(setup_of(project))
    assert page.html.select("[data-waiting]") == []
    assert states(page) == ["Complete"] * 2 + ["Not verified"] * 2
    assert "Latest receipt 2 minutes ago." in page.text
    assert page.html.find("a", string="Open the first event")["href"] == f"/projects/{project.uuid}/events/{uuid}"
    assert "never" not in page.html.select_one("tbody tr").text


def test_setup_goes_on_with_the_repository_and_deployments(site, people, browser, project):
    token = create(browser, project, "production").html.select_one("[data-token]").text
    page = browser.get(setup_of(project))
    links = [
        page.html.find("a", string=text)["href"] for text in ("Connect a repository", "How to announce a deployment")
    ]
    assert [browser.get(link).status_int for link in links] == [200, 200]
    fields = {"provider": "gitlab", "full_name": "acme/web/shop", "enabled": "1"}
    post(
        browser,
        f"/projects/{project.uuid}/source_repositories",
        {f"source_repository[{k}]": v for k, v in fields.items()},
    )
    deployment = {"release": "1.4.2", "repository": "acme/shop", "commit_sha": "9f3c1ab"}
    assert site.post("/api/v1/deployments", {"deployment": deployment}, token).status_int == 201
    site.clock.forward(hours=3)
    page = browser.get(setup_of(project))
    assert states(page) == ["Complete", "Not verified", "Complete", "Complete"]
    assert "Frames link to their lines in acme/web/shop." in page.text
    assert "1.4.2 was deployed to production 3 hours ago." in page.text
    viewer, theirs = people.newcomer("vic@example.com")
    people.join(project, viewer, "viewer")
    page = theirs.get(setup_of(project))
    assert states(page) == ["Complete", "Not verified", "Complete", "Complete"]
    assert page.html.main.find("a", href=lambda href: "section=integrations" in href) is None


def test_setup_names_the_address_of_this_installation(make_site, people_of):
    site = make_site(LOGISTER_PUBLIC_URL="https://errors.example.com")
    people = people_of(site)
    user, browser = people.newcomer()
    for kind in ("http_api", "python", "javascript", "ruby", "dotnet", "cfml", "cloudflare_pages", "android"):
        project = people.project(user, kind.title(), integration_kind=kind)
        page = browser.get(setup_of(project))
        assert "https://errors.example.com/api/v1/ingest_events" in page.html.select_one(".setup-aside").text
        assert "Authorization: Bearer <token>" in page.html.select_one(".setup-aside").text
        assert "https://logister.org/docs/" in page.text


def create(browser, project, name):
    page = browser.get(setup_of(project))
    form = next(form for form in page.forms.values() if form.action.endswith("/api_keys"))
    form["api_key[name]"] = name
    return form.submit(status="*")


def revoke(browser, project):
    page = browser.get(setup_of(project))
    return next(form for form in page.forms.values() if form.action.endswith("/revoke")).submit()


def post(browser, address, fields=None, status=303):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return browser.post(address, {"csrf_token": token} | (fields or {}), status=status)


def states(page):
    return [state.text for state in page.html.select(".step-state")]


def setup_of(project):
    return f"/projects/{project.uuid}/setup"

"""Rate limits of a project, for application administrators, and its browser origins, for those who manage it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from logister_core.projects.models import Project

REQUESTS = "public_api_rate_limit_requests_override"
PERIOD = "public_api_rate_limit_period_seconds_override"
FAILURES = "public_api_auth_failure_rate_limit_requests_override"


def test_case_60_31_and_50_33_and_10_06_an_administrator_gives_a_project_limits_of_its_own_and_takes_them_away(
    site, people
):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer(application_admin=True)
    assert path(browser.get(address(project))) == section(project, "admin")
    form = form_of(browser.get(section(project, "admin")), "rate_limit")
    assert values(form) == ["", "", ""]
    assert placeholders(form) == ["1200", "60", "120"]
    fill(form, [" 500 ", "86400", "10000000"])
    answer = form.submit()
    assert (answer.status_int, path(answer)) == (303, section(project, "admin"))
    page = answer.follow()
    assert "Rate limits of Shop saved." in page.text
    assert overrides(site) == (500, 86_400, 10_000_000)
    form = form_of(page, "rate_limit")
    assert values(form) == ["500", "86400", "10000000"]
    fill(form, ["", "  ", ""])
    form.submit()
    assert overrides(site) == (None, None, None)


@pytest.mark.parametrize("column", [REQUESTS, PERIOD, FAILURES])
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1e3", "１", "99999999999999999999"])
def test_case_10_06_and_50_33_zero_and_what_is_no_number_is_refused(site, people, column, text):
    project = people.project(people.add("bob@example.com"), **{REQUESTS: 7, PERIOD: 8, FAILURES: 9})
    _, browser = people.newcomer(application_admin=True)
    others = {f"project[{name}]": "3" for name in (REQUESTS, PERIOD, FAILURES)}
    answer = send(browser, project, others | {f"project[{column}]": text}, status=422)
    assert "Enter a whole number from 1 to " in answer.text
    assert form_of(answer, "rate_limit")[f"project[{column}]"].value == text
    assert overrides(site) == (7, 8, 9)


@pytest.mark.parametrize(("column", "most"), [(REQUESTS, 10_000_000), (PERIOD, 86_400), (FAILURES, 10_000_000)])
def test_case_10_06_a_limit_has_a_limit(site, people, column, most):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer(application_admin=True)
    send(browser, project, {f"project[{column}]": str(most + 1)}, status=422)
    assert getattr(stored(site), column) is None
    send(browser, project, {f"project[{column}]": str(most)})
    assert getattr(stored(site), column) == most


def test_what_is_absent_stays_as_it_is(site, people):
    project = people.project(people.add("bob@example.com"), **{REQUESTS: 7, PERIOD: 8, FAILURES: 9})
    _, browser = people.newcomer(application_admin=True)
    answer = send(browser, project, {f"project[{PERIOD}]": ""}, method="PATCH")
    assert answer.status_int == 303
    assert overrides(site) == (7, None, 9)


def test_the_settings_name_the_numbers_of_the_installation(make_site, people_of):
    site = make_site(
        LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="5000", LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS="9"
    )
    people = people_of(site)
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer(application_admin=True)
    page = browser.get(section(project, "admin"))
    assert placeholders(form_of(page, "rate_limit")) == ["5000", "60", "120"]
    assert "every address to 9 requests" in page.text


@pytest.mark.parametrize("role", ["stranger", "viewer", "admin", "owner"])
def test_case_60_31_and_50_33_whoever_does_not_administer_the_application_is_sent_away_and_changes_nothing(
    site, people, role
):
    user, browser = people.newcomer()
    project = people.project(user if role == "owner" else people.add("bob@example.com"))
    if role in ("viewer", "admin"):
        people.join(project, user, role)
    for answer in (
        browser.get(address(project)),
        send(browser, project, {f"project[{REQUESTS}]": "1"}),
        send(browser, project, {f"project[{REQUESTS}]": "1"}, method="PATCH"),
    ):
        assert (answer.status_int, path(answer)) == (303, "/")
    assert "Only application administrators can open that page." in answer.follow().follow().text
    assert overrides(site) == (None, None, None)
    # Nothing is told of projects that are not theirs.
    assert path(browser.get(f"/projects/{uuid4()}/rate_limit")) == "/"


def test_the_setup_page_tells_everybody_which_limit_holds(people):
    owner, browser = people.newcomer()
    project = people.project(owner, **{PERIOD: 10})
    page = browser.get(f"/projects/{project.uuid}/setup")
    assert "rate_limit" not in page.text
    rows = page.html.find("table", {"aria-label": "Endpoint"}).find_all("tr")
    limit = next(row.td.text for row in rows if row.th.text == "Limit")
    assert limit == "1,200 events in 10 seconds, for each key and endpoint"


@pytest.mark.parametrize("text", ["x", "0198c0de00007000800000000000000a"])
def test_a_project_that_does_not_exist_is_404_for_administrators(people, text):
    _, browser = people.newcomer(application_admin=True)
    browser.get(f"/projects/{text}/rate_limit", status=404)
    browser.get(f"/projects/{uuid4()}/rate_limit", status=404)


def test_the_list_of_addresses_makes_administrators_too(make_site, people_of):
    people = people_of(make_site(LOGISTER_ADMIN_EMAILS="ana@example.com"))
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer("ana@example.com")
    assert browser.get(section(project, "admin")).status_int == 200


@pytest.mark.parametrize("what", ["rate_limit", "allowed_origins"])
def test_a_form_of_another_site_changes_nothing(site, people, what):
    user, browser = people.newcomer(application_admin=True)
    project = people.project(user)
    fields = {f"project[{REQUESTS}]": "1", "project[allowed_origins]": "https://evil.example", "csrf_token": "guess"}
    browser.post(f"/projects/{project.uuid}/{what}", fields, status=422)
    assert overrides(site) == (None, None, None)
    assert not stored(site).allowed_origins


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_who_manages_the_project_lists_browser_origins(site, people, role):
    user, browser = people.newcomer()
    project = people.project(user if role == "owner" else people.add("bob@example.com"))
    if role == "admin":
        people.join(project, user, role)
    form = form_of(browser.get(section(project, "integrations")), "allowed_origins")
    form["project[allowed_origins]"] = (
        "https://Shop.example.com/\r\n\r\nhttp://localhost:5173\r\nhttps://shop.example.com"
    )
    answer = form.submit()
    assert (answer.status_int, path(answer)) == (303, section(project, "integrations"))
    assert stored(site).allowed_origins == ["https://shop.example.com", "http://localhost:5173"]
    page = answer.follow()
    assert "Browser origins saved." in page.text
    form = form_of(page, "allowed_origins")
    assert form["project[allowed_origins]"].value.split() == ["https://shop.example.com", "http://localhost:5173"]
    form["project[allowed_origins]"] = ""
    form.submit()
    assert stored(site).allowed_origins == []


def test_an_origin_that_is_none_is_refused_and_what_was_entered_stays(site, people):
    user, browser = people.newcomer()
    project = people.project(user, allowed_origins=["https://kept.example"])
    entered = "https://good.example\n<b>*</b>"
    answer = send(browser, project, {"project[allowed_origins]": entered}, what="allowed_origins", status=422)
    assert "would let in pages of others" in answer.html.main.text
    assert "<b>*" not in answer.text
    assert form_of(answer, "allowed_origins")["project[allowed_origins]"].value == entered
    assert stored(site).allowed_origins == ["https://kept.example"]
    # The address of that answer, opened again, leads back to the page.
    assert path(browser.get(f"/projects/{project.uuid}/allowed_origins")) == section(project, "integrations")


@pytest.mark.parametrize("role", ["stranger", "viewer", "application administrator"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_who_does_not_manage_the_project_lists_no_origins(site, people, role, method):
    project = people.project(people.add("bob@example.com"))
    user, browser = people.newcomer(application_admin=role == "application administrator")
    if role == "viewer":
        people.join(project, user, role)
        assert "allowed_origins" not in browser.get(section(project, "integrations")).text
    fields = {"project[allowed_origins]": "https://evil.example"}
    send(browser, project, fields, what="allowed_origins", method=method, status=404)
    assert not stored(site).allowed_origins


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("rate_limit", {f"project[{REQUESTS}]": "5"}),
        ("allowed_origins", {"project[allowed_origins]": "https://a.example"}),
    ],
)
def test_intake_of_this_process_learns_of_a_change_once_it_is_committed(site, people, monkeypatch, what, fields):
    user, browser = people.newcomer(application_admin=True)
    project = people.project(user)
    seen = []
    monkeypatch.setattr(site.registry.intake.credentials, "forget", lambda: seen.append(stored(site)))
    send(browser, project, fields, what=what)
    # What intake reads from now on is the new state.
    [project] = seen
    assert project.public_api_rate_limit_requests_override == 5 or project.allowed_origins == ["https://a.example"]
    wrong = dict.fromkeys(fields, "*")
    send(browser, project, wrong, what=what, status=422)
    assert len(seen) == 1


def address(project):
    return f"/projects/{project.uuid}/rate_limit"


def section(project, name):
    return f"/projects/{project.uuid}/settings?section={name}"


def send(browser, project, fields, *, what="rate_limit", method="POST", status=303):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    sending = browser.post if method == "POST" else browser.patch
    return sending(f"/projects/{project.uuid}/{what}", fields | {"csrf_token": token}, status=status)


def form_of(page, what):
    return next(form for form in page.forms.values() if form.action.endswith(what))


def fill(form, texts):
    for name, text in zip((REQUESTS, PERIOD, FAILURES), texts, strict=True):
        form[f"project[{name}]"] = text


def values(form):
    return [form[f"project[{name}]"].value for name in (REQUESTS, PERIOD, FAILURES)]


def placeholders(form):
    return [form[f"project[{name}]"].attrs["placeholder"] for name in (REQUESTS, PERIOD, FAILURES)]


def overrides(site):
    project = stored(site)
    return tuple(getattr(project, name) for name in (REQUESTS, PERIOD, FAILURES))


def stored(site):
    return site.rows(Project)[0]


def path(answer):
    return answer.location.removeprefix("http://localhost")

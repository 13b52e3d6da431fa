from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from logister_core.api_keys.models import ApiKey
from logister_core.api_keys.services import ApiKeyService
from logister_core.projects.models import Project, ProjectMembership
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.retention import ProjectRetentionPolicy
from logister_core.projects.services import ProjectService

PAGES = ["", "/setup", "/api_keys"]
CHANGES = ["/archive", "/restore", "/api_keys"]


def test_a_person_creates_a_project_and_is_led_to_its_setup(site, people):
    user, browser = people.newcomer()
    answer = create(browser, name="  Café   Shop ", description="Sells\r\nthings. ", integration_kind="python")
    [project] = site.rows(Project)
    assert (project.owner_id, project.name, project.slug) == (user.id, "Café   Shop", "cafe-shop")
    assert (project.description, project.integration_kind) == ("Sells\nthings.", "python")
    assert (answer.status_int, path(answer)) == (303, f"/projects/{project.uuid}/setup")
    assert "Project created. Create a token and send one event to verify setup." in answer.follow().text


def test_the_kind_is_chosen_already_and_apps_come_last(people):
    _, browser = people.newcomer()
    form = browser.get("/projects/new").forms[project_form(browser.get("/projects/new"))]
    field = form["project[integration_kind]"]
    assert field.value == "http_api"
    assert [value for value, *_ in field.options][:2] == ["http_api", "python"]
    assert [value for value, *_ in field.options][-2:] == ["android", "ios"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "  "}, "Give the project a name."),
        ({"name": "x" * 101}, "A name has at most 100 characters."),
        ({"name": "Shop", "description": "x" * 2001}, "at most 2,000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_entered_stays(site, people, fields, message):
    _, browser = people.newcomer()
    answer = create(browser, **fields, integration_kind="ruby")
    assert answer.status_int == 422
    assert message in answer.text
    form = answer.forms[project_form(answer)]
    assert form["project[name]"].value == fields["name"]
    assert form["project[integration_kind]"].value == "ruby"
    assert site.count(Project) == 0


def test_case_60_06_a_project_keeps_the_retention_that_was_chosen(site, people):
    _, browser = people.newcomer()
    answer = create(
        browser, name="Shop", integration_kind="python", **{"retention_policy_attributes][trace_retention_days": "14"}
    )
    project, [policy] = site.rows(Project)[0], site.rows(ProjectRetentionPolicy)
    assert path(answer) == f"/projects/{project.uuid}/setup"
    assert (policy.project_id, policy.hot_retention_days, policy.trace_retention_days) == (project.id, 30, 14)
    assert (policy.error_retention_days, policy.archive_enabled, policy.archive_before_delete) == (None, False, False)
    create(browser, name="Магазин")
    assert site.rows(Project)[1].slug == "project"


def test_case_60_07_without_a_sound_retention_nothing_is_created(site, people):
    _, browser = people.newcomer()
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    fields = {"csrf_token": token, "project[name]": "Shop", "project[integration_kind]": "python"}
    block = "project[retention_policy_attributes]"
    assert (
        "Choose a data retention policy before creating the project."
        in browser.post("/projects", fields, status=422).text
    )
    for days in ("0", "3651", "x", ""):
        refused = browser.post("/projects", fields | {f"{block}[hot_retention_days]": days}, status=422)
        assert "Enter a whole number of days from 1 to 3,650." in refused.text
    wrong = {f"{block}[hot_retention_days]": "45", f"{block}[archive_before_delete]": "1"}
    refused = browser.post("/projects", fields | wrong | {f"{block}[archive_enabled]": "0"}, status=422)
    assert "Protecting data before deletion needs the archive option above." in refused.text
    form = refused.forms[project_form(refused)]
    assert form[f"{block}[hot_retention_days]"].value == "45"
    assert form[f"{block}[archive_before_delete]"].checked
    assert site.count(Project) == 0


def test_an_unknown_kind_is_refused(site, people):
    _, browser = people.newcomer()
    answer = create(browser, name="Shop", integration_kind=None)
    assert answer.status_int == 422
    assert "Choose what sends the events." in answer.text


def test_case_60_06_a_second_project_of_the_same_name_gets_a_number(site, people):
    user, browser = people.newcomer()
    people.project(user, "Shop", archived_at=site.clock())
    create(browser, name="Shop")
    create(browser, name="shop!")
    _, other = people.newcomer("bob@example.com")
    create(other, name="Shop")
    assert [project.slug for project in site.rows(Project)] == ["shop", "shop-2", "shop-3", "shop"]


def test_two_projects_made_at_once_get_different_slugs(site, people):
    user = people.add()

    def make(_):
        with site.write() as db:
            ProjectService(db, site.clock).create(user, name="Shop", description="", integration_kind="ruby")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, range(4)))
    assert sorted(project.slug for project in site.rows(Project)) == ["shop", "shop-2", "shop-3", "shop-4"]


def test_telling_names_are_shown_as_text(people):
    user, browser = people.newcomer()
    project = people.project(user, "<script>alert(1)</script>", description="<b>x</b>")
    for page in ("/projects", f"/projects/{project.uuid}", f"/projects/{project.uuid}/setup"):
        text = browser.get(page).text
        assert "<script>alert" not in text
        assert "<b>x" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_list_shows_active_projects_the_newest_first(site, people):
    user, browser = people.newcomer()
    people.project(user, "First")
    site.clock.forward(hours=1)
    people.project(user, "Second")
    people.project(user, "Gone", archived_at=site.clock())
    people.project(people.add("bob@example.com"), "Foreign")
    assert names(browser.get("/projects")) == ["Second", "First"]
    assert names(browser.get("/projects?filter=archived")) == ["Gone"]
    assert names(browser.get("/projects?filter=all")) == ["Gone", "Second", "First"]
    assert names(browser.get("/projects?filter=nonsense")) == ["Second", "First"]
    counts = [count.text for count in browser.get("/projects").html.select(".filter-count")]
    assert counts == ["2", "1", "3"]


def test_shared_projects_are_in_the_list_and_say_so(people):
    user, browser = people.newcomer()
    project = people.project(people.add("bob@example.com"), "Foreign")
    people.join(project, user, "viewer")
    row = browser.get("/projects").html.select_one(".project-row")
    assert "Foreign" in row.text
    assert "shared" in row.text


def test_without_projects_the_list_says_what_to_do(people):
    _, browser = people.newcomer()
    assert "No projects yet" in browser.get("/projects").text
    assert "No projects yet" in browser.get("/projects?filter=all").text
    assert "No archived projects yet" in browser.get("/projects?filter=archived").text


def test_the_bar_lists_the_active_projects_of_the_person_at_most_twenty(people):
    user, browser = people.newcomer()
    for number in range(21):
        people.project(user, f"Shop{number}")
    people.project(people.add("bob@example.com"), "Foreign")
    links = [link.text for link in browser.get("/projects/new").html.select("li[data-filter-item] a")]
    assert links == [f"Shop{number}" for number in range(20, 0, -1)]


def test_the_bar_lists_the_projects_looked_at_last_first(people):
    user, browser = people.newcomer()
    projects = [people.project(user, f"Shop{number}") for number in range(21)]
    for project in (projects[0], projects[5], projects[0]):
        browser.get(f"/projects/{project.uuid}/monitors")
    links = [link.text for link in browser.get("/projects/new").html.select("li[data-filter-item] a")]
    assert links[:4] == ["Shop0", "Shop5", "Shop20", "Shop19"]
    assert len(links) == 20
    # Whatever a browser says it has looked at, it sees the person's own.
    foreign = people.project(people.add("bob@example.com"), "Foreign")
    browser = people.browser_of(user)
    browser.set_cookie("logister_recent", f"{foreign.uuid}.nonsense.{projects[3].uuid}")
    links = [link.text for link in browser.get("/projects/new").html.select("li[data-filter-item] a")]
    assert links[:2] == ["Shop3", "Shop20"]


def test_a_project_without_telemetry_leads_to_its_setup(people):
    user, browser = people.newcomer()
    project = people.project(user)
    page = browser.get(f"/projects/{project.uuid}")
    assert "Nothing has arrived yet" in page.text
    assert page.html.select_one(".empty a")["href"] == f"/projects/{project.uuid}/setup"


def test_home_counts_groups_and_the_events_of_a_day(site, people):
    user, browser = people.newcomer()
    project = people.project(user)
    token = key_of(site, project)
    day = timedelta(days=1)
    site.send(token, message="old", occurred_at=(site.clock() - 2 * day).isoformat())
    site.send(token, message="earlier today")
    site.send(token, message="earlier today")
    site.send(token, event_type="log", message="hello")
    site.send(
        token, event_type="span", name="GET /", trace_id="1" * 32, span_id="2" * 16, duration_ms=1.5,
        occurred_at=site.clock().isoformat(),
    )  # fmt: skip
    site.project_events()
    site.clock.forward(minutes=5)
    page = browser.get(f"/projects/{project.uuid}")
    figures = {figure.dt.text: figure.dd for figure in page.html.select(".figure")}
    assert {label: figure.text for label, figure in figures.items()} == {
        "open": "2", "new today": "1", "all groups": "2",
    }  # fmt: skip
    base = f"/projects/{project.uuid}/inbox?filter="
    assert [figure.a["href"].removeprefix(base) for figure in figures.values()] == [
        "unresolved", "introduced_today", "all",
    ]  # fmt: skip
    cells = [[cell.text.strip() for cell in row.find_all(["th", "td"])] for row in page.html.select("tbody tr")]
    assert cells == [
        ["error", "2"], ["metric", "0"], ["transaction", "0"], ["log", "1"], ["check-in", "0"], ["span", "1"],
    ]  # fmt: skip
    assert "Latest receipt 5 minutes ago" in page.html.main.get_text(" ").replace("  ", " ")


def test_the_list_counts_open_groups_and_links_them(site, people):
    user, browser = people.newcomer()
    project = people.project(user)
    site.send(key_of(site, project), message="boom")
    site.project_events()
    row = browser.get("/projects").html.select_one(".project-row")
    assert [figure.get_text(" ").split()[0] for figure in row.select(".project-figure")][:2] == ["1", "1"]
    assert row.select_one(".project-figure a")["href"] == f"/projects/{project.uuid}/inbox"


def test_a_project_that_sends_only_spans_has_received_something(site, people):
    user, browser = people.newcomer()
    project = people.project(user)
    site.send(
        key_of(site, project), event_type="span", name="GET /", trace_id="1" * 32, span_id="2" * 16, duration_ms=1.5
    )
    assert "Nothing has arrived yet" not in browser.get(f"/projects/{project.uuid}").text


def test_case_60_20_old_addresses_of_the_inbox_lead_there(people):
    user, browser = people.newcomer()
    project = people.project(user)
    answer = browser.get(f"/projects/{project.uuid}?filter=resolved&q=a%20b")
    assert (answer.status_int, path(answer)) == (302, f"/projects/{project.uuid}/inbox?filter=resolved&q=a%20b")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_project_asks_strangers_to_sign_in(site, people, page):
    project = people.project(people.add())
    answer = site.browser().get(f"/projects/{project.uuid}{page}")
    assert path(answer).startswith("/users/sign_in?next=/projects/")


@pytest.mark.parametrize("page", PAGES)
def test_case_60_03_people_without_access_get_404_as_if_there_were_no_project(people, page):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer()
    hidden = browser.get(f"/projects/{project.uuid}{page}", status=404)
    missing = browser.get(f"/projects/{uuid4()}{page}", status=404)
    assert hidden.text == missing.text


@pytest.mark.parametrize("page", CHANGES)
def test_people_without_access_change_nothing(site, people, page):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer()
    post(browser, f"/projects/{project.uuid}{page}", status=404)
    assert site.rows(Project)[0].archived_at is None
    assert site.count(ApiKey) == 0


def test_an_application_administrator_has_no_access_to_projects_of_others(people):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer(application_admin=True)
    browser.get(f"/projects/{project.uuid}", status=404)


@pytest.mark.parametrize("text", ["x", "1", "0198c0de00007000800000000000000a", "%00", "%C3%A9"])
def test_what_is_no_uuid_is_404(people, text):
    _, browser = people.newcomer()
    browser.get(f"/projects/{text}", status=404)


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_case_60_32_members_see_the_pages_and_do_not_own_the_project(site, people, role):
    project = people.project(people.add("bob@example.com"))
    user, browser = people.newcomer()
    people.join(project, user, role)
    for page in ("", "/setup"):
        assert browser.get(f"/projects/{project.uuid}{page}").status_int == 200
    assert "Archive project" not in browser.get(f"/projects/{project.uuid}/settings?section=danger").text
    for change in ("archive", "restore"):
        post(browser, f"/projects/{project.uuid}/{change}", status=404)
    assert site.rows(Project)[0].archived_at is None


def test_access_ends_with_the_membership(site, people):
    project = people.project(people.add("bob@example.com"))
    user, browser = people.newcomer()
    people.join(project, user, "admin")
    assert browser.get(f"/projects/{project.uuid}").status_int == 200
    with site.write() as db:
        db.delete(db.scalars(select(ProjectMembership)).one())
    browser.get(f"/projects/{project.uuid}", status=404)


def test_case_60_32_archiving_stops_intake_at_once_and_keeps_the_data(site, people):
    user, browser = people.newcomer()
    project = people.project(user)
    token = key_of(site, project)
    assert site.send(token).status_int == 201
    answer = confirm(browser, f"/projects/{project.uuid}/settings?section=danger", "/archive")
    assert (answer.status_int, path(answer)) == (303, "/projects")
    assert "Shop is archived." in answer.follow().text
    [archived], [key] = site.rows(Project), site.rows(ApiKey)
    assert archived.archived_at == key.revoked_at == site.clock()
    assert site.send(token).status_int == 401
    for page in ("", "/inbox"):
        assert "This project is archived" in browser.get(f"/projects/{project.uuid}{page}").text
    # Neither in the list nor in the menu, and still where the archived ones are.
    assert names(browser.get("/projects")) == []
    assert browser.get("/projects").html.select("li[data-filter-item]") == []
    assert names(browser.get("/projects?filter=archived")) == ["Shop"]


def test_archiving_twice_keeps_the_first_time(site, people):
    user, browser = people.newcomer()
    project = people.project(user, archived_at=site.clock())
    before = site.clock()
    site.clock.forward(hours=1)
    post(browser, f"/projects/{project.uuid}/archive")
    assert site.rows(Project)[0].archived_at == before


def test_case_60_32_restoring_makes_it_active_and_leaves_the_keys_revoked(site, people):
    user, browser = people.newcomer()
    project = people.project(user)
    token = key_of(site, project)
    post(browser, f"/projects/{project.uuid}/archive")
    site.clock.forward(hours=1)
    answer = confirm(browser, f"/projects/{project.uuid}", "/restore")
    assert (answer.status_int, path(answer)) == (303, f"/projects/{project.uuid}")
    assert "Shop is active again." in answer.follow().text
    assert site.rows(Project)[0].archived_at is None
    assert site.rows(ApiKey)[0].revoked_at is not None
    assert site.send(token).status_int == 401


def test_the_role_is_told_with_the_project(site, people):
    owner, admin, stranger = (people.add(f"{name}@example.com") for name in ("ana", "bob", "eve"))
    project = people.project(owner)
    people.join(project, admin, "admin")
    with site.read() as db:
        query = ProjectQuery(db)
        assert query.visible(project.uuid, owner)[1] == "owner"
        assert query.visible(project.uuid, admin)[1] == "admin"
        assert query.visible(project.uuid, stranger) is None


def create(browser, **fields):
    page = browser.get("/projects/new")
    form = page.forms[project_form(page)]
    for name, value in fields.items():
        if value is None:
            form[f"project[{name}]"].force_value("nonsense")
        else:
            form[f"project[{name}]"] = value
    return form.submit(status="*")


def project_form(page):
    return next(index for index, form in page.forms.items() if form.action == "/projects")


def confirm(browser, page, action):
    found = browser.get(page)
    form = next(form for form in found.forms.values() if form.action.endswith(action))
    return form.submit()


def post(browser, address, status=303):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return browser.post(address, {"csrf_token": token}, status=status)


def key_of(site, project):
    with site.write() as db:
        return ApiKeyService(db, site.clock, site.settings).create(project, None, name="test")[1]


def names(page):
    return [link.text for link in page.html.select(".project-name a")]


def path(answer):
    return answer.location.removeprefix("http://localhost")

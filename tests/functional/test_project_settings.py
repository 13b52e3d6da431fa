"""Settings of a project: who finds which, renaming, and the team (specification, web chapter §17)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from factories.projects import api_key
from factories.shop import Shop
from logister_core.api_keys.models import ApiKey
from logister_core.error_groups.models import ErrorGroup
from logister_core.projects.models import Project, ProjectMembership

SECTIONS = ("general", "team", "integrations", "admin", "danger")


def test_case_60_04_an_application_administrator_sees_the_settings_of_others_and_nothing_else(site, people):
    project = people.project(people.add("bob@example.com"))
    _, browser = people.newcomer(application_admin=True)
    page = browser.get(f"{base(project)}/settings")
    assert sections(page) == ["General", "Admin"]
    assert [link.text.strip() for link in page.html.select("nav.sections a")] == ["Settings"]
    assert page.html.select_one("[data-search-link]") is None
    assert page.html.select("a[href^='/projects/'][href*=inbox]") == []
    assert current(browser.get(f"{base(project)}/settings?section=admin")) == "Admin"
    assert current(browser.get(f"{base(project)}/settings?section=team")) == "General"
    for path in ("", "/inbox", "/setup", "/edit", "/monitors"):
        browser.get(f"{base(project)}{path}", status=404)


def test_case_60_05_and_50_31_an_unknown_or_forbidden_section_is_the_general_one(people):
    owner, owners = people.newcomer()
    project = people.project(owner, description="Sells <b>things</b>")
    admin, admins = people.newcomer("bob@example.com")
    viewer, viewers = people.newcomer("eve@example.com")
    people.join(project, admin, "admin")
    people.join(project, viewer, "viewer")
    _, strangers = people.newcomer("joe@example.com")
    found = {
        who: [current(browser.get(f"{base(project)}/settings?section={name}")) for name in SECTIONS]
        for who, browser in (("owner", owners), ("admin", admins), ("viewer", viewers))
    }
    assert found == {
        "owner": ["General", "Team", "Integrations", "General", "Danger"],
        "admin": ["General", "Team", "Integrations", "General", "General"],
        "viewer": ["General"] * 5,
    }
    assert current(owners.get(f"{base(project)}/settings?section=nonsense")) == "General"
    page = viewers.get(f"{base(project)}/settings")
    assert sections(page) == ["Setup", "General"]
    assert "Edit project" not in page.text
    assert "ana@example.com" in page.html.main.text
    assert "Sells <b>things</b>" in page.html.main.text
    strangers.get(f"{base(project)}/settings", status=404)
    [marked] = page.html.select("nav.sections [aria-current]")
    assert marked.text.strip() == "Settings"


def test_case_60_08_a_new_name_leaves_slug_and_kind_as_they_are(site, people):
    owner, browser = people.newcomer()
    project = people.project(owner, "Shop")
    form = form_to(browser.get(f"{base(project)}/edit"), base(project))
    form["project[name]"] = "  Store "
    form["project[description]"] = "Sells\r\nthings"
    answer = browser.post(base(project), {**dict(form.submit_fields()), "project[integration_kind]": "ruby"})
    assert (answer.status_int, path(answer)) == (303, f"{base(project)}/settings?section=general")
    assert "Project updated." in answer.follow().text
    [stored] = site.rows(Project)
    assert (stored.name, stored.slug, stored.integration_kind) == ("Store", "shop", "python")
    assert stored.description == "Sells\nthings"
    form["project[name]"] = " "
    refused = form.submit(status=422)
    assert "Give the project a name." in refused.text
    assert form_to(refused, base(project))["project[description]"].value.split() == ["Sells", "things"]
    assert site.rows(Project)[0].name == "Store"


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_case_60_03_only_the_owner_renames(site, people, role):
    project = people.project(people.add("bob@example.com"))
    user, browser = people.newcomer()
    people.join(project, user, role)
    browser.get(f"{base(project)}/edit", status=404)
    send(browser, base(project), {"project[name]": "Mine"}, status=404)
    send(browser, base(project), {"project[name]": "Mine"}, method="PATCH", status=404)
    assert site.rows(Project)[0].name == "Shop"


def test_case_60_29_and_20_21_and_50_32_sharing_changing_a_role_and_ending_it(site, people):
    shop = Shop(site, people)
    browser, project = shop.browser, shop.project
    person = people.add("person@example.com", name="Pat")
    share(browser, project, "nobody@example.com", status=422, says="User not found.")
    share(browser, project, "ANA@example.com ", status=422, says="You already own this project.")
    answer = share(browser, project, " Person@Example.com", status=303)
    assert path(answer) == f"{base(project)}/settings?section=team"
    assert "Project shared with person@example.com." in answer.follow().text
    share(browser, project, "person@example.com", status=422, says="person@example.com already has access")
    [membership] = site.rows(ProjectMembership)
    assert (membership.user_id, membership.role) == (person.id, "viewer")

    member = f"{base(project)}/project_memberships/{membership.uuid}"
    form = form_to(browser.get(f"{base(project)}/settings?section=team"), member)
    form["project_membership[role]"] = "admin"
    assert "Member role updated." in form.submit().follow().text
    assert site.rows(ProjectMembership)[0].role == "admin"
    # Another word than admin is viewer.
    send(browser, member, {"project_membership[role]": "owner"}, method="PATCH")
    assert site.rows(ProjectMembership)[0].role == "viewer"

    theirs, given = shop.send("theirs"), shop.send("given")
    shop.send("free")
    now = site.clock()
    shop.set("theirs", assigned_user_id=person.id, assigned_by_user_id=shop.owner.id, assigned_at=now)
    shop.set("given", assigned_user_id=shop.owner.id, assigned_by_user_id=person.id, assigned_at=now)
    elsewhere = Shop.__new__(Shop)
    elsewhere.site, elsewhere.people, elsewhere.owner, elsewhere.browser = site, people, shop.owner, browser
    elsewhere.project = people.project(shop.owner, "Other")
    elsewhere.token = api_key(site, elsewhere.project)
    elsewhere.send("elsewhere")
    elsewhere.set("elsewhere", assigned_user_id=person.id, assigned_by_user_id=person.id, assigned_at=now)

    page = browser.get(f"{base(project)}/settings?section=team")
    assert "3 open groups: 2 assigned, 1 unassigned" in " ".join(page.html.main.text.split())
    assert [row.select_one("td.num").text.strip() for row in page.html.select("tbody tr")] == ["1", "1"]
    assert page.html.select("tbody tr")[1].select_one("td.num a")["href"].endswith(f"?assignee={person.uuid}")
    answer = form_to(page, f"{member}/remove").submit()
    assert "Access removed." in answer.follow().text
    assert "3 open groups: 1 assigned, 2 unassigned" in " ".join(answer.follow().html.main.text.split())
    assert site.count(ProjectMembership) == 0
    with site.read() as db:
        found = {
            group.title: (group.assigned_user_id, group.assigned_by_user_id, group.assigned_at)
            for group in db.scalars(select(ErrorGroup))
        }
    assert found[theirs.title] == (None, None, None)
    assert found[given.title] == (shop.owner.id, None, now)
    assert found["elsewhere"] == (person.id, person.id, now)
    people.browser_of(person).get(base(project), status=404)


def test_case_50_30_who_does_not_manage_the_project_makes_no_keys_and_no_members(site, people):
    owner = people.add("bob@example.com")
    project, other = people.project(owner), people.project(owner, "Other")
    viewer, browser = people.newcomer()
    people.join(project, viewer, "viewer")
    people.join(other, viewer, "admin")
    [here] = [row for row in site.rows(ProjectMembership) if row.project_id == project.id]
    member = f"{base(project)}/project_memberships/{here.uuid}"
    share(browser, project, "bob@example.com", status=404)
    send(browser, f"{base(project)}/api_keys", {"api_key[name]": "mine"}, status=404)
    send(browser, member, {"project_membership[role]": "admin"}, status=404)
    send(browser, f"{member}/remove", {}, status=404)
    # Nor through a project that they do manage.
    send(browser, f"{base(other)}/project_memberships/{here.uuid}", {"project_membership[role]": "admin"}, status=404)
    assert [row.role for row in site.rows(ProjectMembership)] == ["viewer", "admin"]
    assert site.count(ApiKey) == 0
    assert "settings?section=team" not in browser.get(f"{base(project)}/settings").text


def test_case_50_30_an_admin_shares_and_whatever_is_no_role_means_viewer(site, people):
    project = people.project(people.add("bob@example.com"))
    admin, browser = people.newcomer()
    people.join(project, admin, "admin")
    person = people.add("person@example.com")
    share(browser, project, "person@example.com", status=303, role="owner")
    [membership] = [row for row in site.rows(ProjectMembership) if row.user_id == person.id]
    assert membership.role == "viewer"


def test_an_admin_who_gives_the_role_away_is_led_out_of_the_team(site, people):
    project = people.project(people.add("bob@example.com"))
    admin, browser = people.newcomer()
    people.join(project, admin, "admin")
    share(browser, project, "bob@example.com", status=422, says="bob@example.com already owns this project.")
    [membership] = site.rows(ProjectMembership)
    member = f"{base(project)}/project_memberships/{membership.uuid}"
    assert path(browser.get(member)) == f"{base(project)}/settings?section=team"
    answer = send(browser, member, {"project_membership[role]": "viewer"})
    assert path(answer) == base(project)
    assert "Member role updated." in answer.follow().text


def share(browser, project, email, *, status, says=None, role="viewer"):
    fields = {"project_membership[email]": email, "project_membership[role]": role}
    answer = send(browser, f"{base(project)}/project_memberships", fields, status=status)
    if says is not None:
        assert says in answer.html.main.text
    return answer


def send(browser, address, fields, *, method="POST", status=303):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return browser.request(address, method=method, POST={"csrf_token": token} | fields, status=status)


def form_to(page, action):
    return next(form for form in page.forms.values() if form.action == action)


def sections(page):
    return [link.text for link in page.html.select(".side-nav a")]


def current(page):
    [link] = page.html.select(".side-nav [aria-current]")
    return link.text


def base(project):
    return f"/projects/{project.uuid}"


def path(answer):
    return answer.location.removeprefix("http://localhost")

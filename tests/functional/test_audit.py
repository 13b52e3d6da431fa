from __future__ import annotations

import pytest

from functional.conftest import csrf
from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.audit.actors import remove_old_entries
from logister_core.audit.log import AuditLog
from logister_core.audit.models import AuditEntry
from logister_core.projects.models import ProjectMembership
from logister_core.tasks import Task

PASSWORD = "correct horse battery"


@pytest.fixture
def root(site, people):
    _, browser = people.newcomer("root@example.com", application_admin=True)
    return browser


def told(site):
    """Action, who, whom or what, details: of every entry, oldest first."""
    return [(entry.action, entry.actor_email, entry.subject_label, entry.details) for entry in site.rows(AuditEntry)]


def test_signing_in_and_out_is_recorded_with_the_address_it_came_from(site, people):
    user = people.add()
    browser = people.enter(user)
    browser.post("/users/sign_out", {"csrf_token": csrf(browser)})
    assert told(site) == [
        ("account.signed_in", user.email, "", {"method": "password"}),
        ("account.signed_out", user.email, "", {}),
    ]
    assert {entry.ip for entry in site.rows(AuditEntry)} == {"unknown"}


def test_a_failed_sign_in_names_the_account_and_of_strangers_only_a_hash(site, people):
    people.add()
    for email in ("ana@example.com", "bob@example.com", "BOB@example.com "):
        people.sign_in(site.browser(), email, "secret words")
    known, unknown, again = told(site)
    assert known == ("account.sign_in_failed", "", "ana@example.com", {})
    assert unknown[:3] == ("account.sign_in_failed", "", "")
    assert len(unknown[3]["address_hash"]) == 16
    assert again == unknown
    assert "secret words" not in str(told(site))
    assert "bob" not in str(told(site)).lower()


def test_changes_of_a_team_are_recorded(site, people):
    owner, browser = people.newcomer()
    bob = people.add("bob@example.com")
    project = people.project(owner)
    members = f"/projects/{project.uuid}/project_memberships"
    token = csrf(browser)
    fields = {"csrf_token": token, "project_membership[email]": bob.email}
    browser.post(members, fields)
    browser.post(members, fields, status=422)
    [membership] = site.rows(ProjectMembership)
    for role in ("admin", "admin"):
        browser.post(f"{members}/{membership.uuid}", {"csrf_token": token, "project_membership[role]": role})
    browser.post(f"{members}/{membership.uuid}/remove", {"csrf_token": token})
    assert told(site) == [
        ("member.added", owner.email, bob.email, {"project": "Shop", "role": "viewer"}),
        ("member.role_changed", owner.email, bob.email, {"project": "Shop", "role": "admin"}),
        ("member.removed", owner.email, bob.email, {"project": "Shop"}),
    ]


def test_keys_are_recorded_by_name_and_never_with_their_token(site, people):
    owner, browser = people.newcomer()
    project = people.project(owner)
    token = csrf(browser)
    keys = f"/projects/{project.uuid}/api_keys"
    shown = browser.post(keys, {"csrf_token": token, "api_key[name]": "Shop server"})
    [key] = site.rows(ApiKey)
    for _ in range(2):
        browser.post(f"{keys}/{key.uuid}/revoke", {"csrf_token": token})
    assert told(site) == [
        ("api_key.created", owner.email, "Shop server", {"project": "Shop"}),
        ("api_key.revoked", owner.email, "Shop server", {"project": "Shop"}),
    ]
    secret = shown.html.find(attrs={"data-token": True}).text
    entries = site.rows(AuditEntry)
    assert secret not in str([vars(entry) for entry in entries])
    assert {(entry.subject_kind, entry.subject_uuid) for entry in entries} == {("api_key", key.uuid)}


def test_what_happens_to_a_project_is_recorded(site, people):
    owner, browser = people.newcomer(application_admin=True)
    project = people.project(owner)
    token = csrf(browser)
    base = f"/projects/{project.uuid}"
    browser.post(f"{base}/archive", {"csrf_token": token})
    browser.post(f"{base}/restore", {"csrf_token": token})
    limit = "public_api_rate_limit_requests_override"
    browser.post(f"{base}/rate_limit", {"csrf_token": token, f"project[{limit}]": "2400"})
    browser.post(f"{base}/rate_limit", {"csrf_token": token, f"project[{limit}]": "0"}, status=422)
    browser.post(f"{base}/delete", {"csrf_token": token, "confirmation": "Wrong"}, status=422)
    browser.post(f"{base}/delete", {"csrf_token": token, "confirmation": "Shop"})
    assert [entry[0] for entry in told(site)] == [
        "project.archived",
        "project.restored",
        "project.rate_limits_changed",
        "project.deleted",
    ]
    assert site.rows(AuditEntry)[2].details == {limit: "2400"}


def test_the_first_administrator_is_recorded(make_site):
    site = make_site(LOGISTER_SETUP_TOKEN="let me in")
    form = site.browser().get("/setup?token=let+me+in").form
    form["user[name]"], form["user[email]"] = "Ana", "ana@example.com"
    form["user[password]"] = form["user[password_confirmation]"] = PASSWORD
    form.submit(status=303)
    assert [entry[:2] for entry in told(site)] == [
        ("installation.claimed", "ana@example.com"),
        ("account.signed_in", "ana@example.com"),
    ]


def test_the_page_is_for_administrators_alone(site, people, root):
    _, browser = people.newcomer("bob@example.com")
    answer = browser.get("/admin/audit")
    assert (answer.status_int, answer.location) == (303, "http://localhost/")
    assert site.browser().get("/admin/audit").location.endswith("/users/sign_in?next=/admin/audit")
    assert "Nothing recorded here" in root.get("/admin/audit").text


def test_entries_are_read_in_pages_and_found_by_action_and_person(site, people, root):
    [administrator] = site.rows(User)
    bob = people.add("bob@example.com")
    with site.write() as db:
        log = AuditLog(db, site.clock, site.registry.audit_actions, ip="192.0.2.7")
        for number in range(110):
            log.record("project.archived", user=administrator, number=number)
            db.flush()
        log.record("member.added", user=administrator, subject=bob, role="viewer")
        db.flush()
        log.record("account.signed_in", user=bob)
    first = root.get("/admin/audit")
    assert (first.text.count("192.0.2.7"), "Older" in first.text, "Newer" in first.text) == (50, True, False)
    second = first.click("Older")
    third = second.click("Older")
    assert (second.text.count("192.0.2.7"), third.text.count("192.0.2.7")) == (50, 12)
    assert "Older" not in third.text
    assert "number: 61" in third.click("Newer").text
    back = third.click("Newer").click("Newer")
    assert (back.text.count("192.0.2.7"), "Newer" in back.text) == (50, False)

    form = first.forms[next(key for key, form in first.forms.items() if form.action == "/admin/audit")]
    form["person"] = " Bob@example.com"
    found = form.submit()
    assert ("Member added" in rows(found), "Signed in" in rows(found), "Project archived" in rows(found)) == (
        True, True, False,
    )  # fmt: skip
    form["action"] = "account.signed_in"
    assert ("Member added" in rows(form.submit()), "Signed in" in rows(form.submit())) == (False, True)


def rows(page):
    return page.html.find("tbody").get_text(" ")


@pytest.mark.parametrize("query", ["before=x", "after=-1", "before=9" * 40, "action=nothing", "person=%00", "before="])
def test_odd_addresses_of_the_page_do_no_harm(root, query):
    assert root.get(f"/admin/audit?{query}").status_int == 200


def test_what_was_recorded_is_shown_as_text(site, people, root):
    owner = people.add("ana@example.com")
    project = people.project(owner, name="<script>alert(1)</script>", slug="x")
    with site.write() as db:
        AuditLog(db, site.clock, site.registry.audit_actions, actor=owner).record("project.archived", subject=project)
    assert "<script>alert" not in root.get("/admin/audit").text


def test_only_declared_actions_and_no_secrets_can_be_recorded(site):
    with site.read() as db:
        log = AuditLog(db, site.clock, site.registry.audit_actions)
        with pytest.raises(ValueError, match="no declared action"):
            log.record("account.signed_inn")
        with pytest.raises(ValueError, match="sounds like a secret"):
            log.record("account.signed_in", reset_token="x")


def test_an_entry_outlives_the_person_and_not_thirteen_months(site, people):
    user = people.add()
    people.enter(user)
    with site.write() as db:
        db.delete(db.merge(user))
    [entry] = site.rows(AuditEntry)
    assert (entry.actor_id, entry.actor_email) == (None, "ana@example.com")
    site.clock.forward(days=396)
    remove_old_entries(Task(site.registry))
    assert site.count(AuditEntry) == 1
    site.clock.forward(seconds=1)
    remove_old_entries(Task(site.registry))
    assert site.count(AuditEntry) == 0

"""Invitations as they are meant, and as somebody would like to use them who was not meant."""

from __future__ import annotations

import pytest

from functional.conftest import PASSWORD, csrf
from logister_core.accounts.models import User
from logister_core.audit.models import AuditEntry
from logister_core.invitations.actors import remove_old_invitations, send_invitations
from logister_core.invitations.models import Invitation
from logister_core.invitations.services import SPENT
from logister_core.projects.models import ProjectMembership
from logister_core.tasks import Task
from support.mail_server import mail_server

ACCEPT = "/invitations/accept"


def invite(browser, project, role="viewer", email=""):
    """The link that the answer shows."""
    page = "/admin/invitations" if project is None else f"/projects/{project.uuid}/invitations"
    fields = {"csrf_token": csrf(browser), "invitation[role]": role, "invitation[email]": email}
    answer = browser.post(page, fields)
    assert answer.headers["Cache-Control"] == "no-store"
    link = answer.html.find(attrs={"data-token": True}).text
    assert link.startswith("http://localhost:6543/invitations/open?invitation_token=")
    return link.removeprefix("http://localhost:6543")


def open_link(browser, link):
    """The page behind the link."""
    return browser.get(link).follow(status="*")


def sign_up(page, email="bob@example.com", **values):
    form = next(form for form in page.forms.values() if form.action == "/invitations/sign_up")
    form["user[email]"] = email
    form["user[password]"] = form["user[password_confirmation]"] = PASSWORD
    for name, value in values.items():
        form[f"user[{name}]"] = value
    return form.submit(status="*")


def path(answer):
    return (answer.location or "").removeprefix("http://localhost")


def members(site):
    return [(row.project_id, row.user_id, row.role) for row in site.rows(ProjectMembership)]


def token_of(link):
    return link.partition("=")[2]


@pytest.fixture
def shop(people):
    owner, browser = people.newcomer("owner@example.com")
    return people.project(owner), browser


def test_somebody_signed_in_joins_after_a_word_of_theirs_and_nobody_else_with_that_link(site, people, shop):
    project, owner = shop
    link = invite(owner, project, role="admin")
    bob, browser = people.newcomer("bob@example.com")
    page = open_link(browser, link)
    # Opening alone changes nothing: mail scanners and previews open links too.
    assert members(site) == []
    assert ("Join Shop" in page.text, "as admin" in page.text) == (True, True)
    answer = page.form.submit()
    assert (path(answer), members(site)) == (f"/projects/{project.uuid}", [(project.id, bob.id, "admin")])
    _, eve = people.newcomer("eve@example.com")
    assert open_link(eve, link).status_int == 404
    assert eve.post(ACCEPT, {"csrf_token": csrf(eve)}, status="*").status_int == 404
    assert len(members(site)) == 1
    assert [entry.action for entry in site.rows(AuditEntry)] == [
        "invitation.created",
        "invitation.accepted",
        "member.added",
    ]


def test_a_stranger_makes_an_account_where_nobody_can_sign_up(make_site, people_of):
    site = make_site(LOGISTER_SIGNUP_ENABLED="no")
    people = people_of(site)
    owner, browser = people.newcomer("owner@example.com")
    project = people.project(owner)
    stranger = site.browser()
    answer = sign_up(open_link(stranger, invite(browser, project)), name="Bob")
    assert (answer.status_int, path(answer)) == (303, f"/projects/{project.uuid}")
    assert stranger.get(f"/projects/{project.uuid}/inbox").status_int == 200
    bob = site.rows(User)[-1]
    assert members(site) == [(project.id, bob.id, "viewer")]
    # Nothing showed that the address is theirs: they may sign in, and it is not confirmed.
    assert (bob.name, bob.confirmed_at, bob.admitted_at) == ("Bob", None, site.clock())
    assert path(people.sign_in(site.browser(), bob.email)) == "/"


def test_an_account_by_a_copied_link_gets_nothing_that_needs_a_confirmed_address(make_site, people_of):
    site = make_site(LOGISTER_ADMIN_EMAILS="root@example.com")
    people = people_of(site)
    owner, browser = people.newcomer("owner@example.com")
    stranger = site.browser()
    sign_up(open_link(stranger, invite(browser, people.project(owner), email="root@example.com")), "root@example.com")
    assert path(stranger.get("/admin/users")) == "/"


def test_somebody_else_cannot_sign_up_over_such_an_account(site, people, shop):
    project, owner = shop
    sign_up(open_link(site.browser(), invite(owner, project)))
    before = site.rows(User)[-1].password_hash
    form = site.browser().get("/users/sign_up").form
    form["user[email]"] = "bob@example.com"
    form["user[password]"] = form["user[password_confirmation]"] = "another long password"
    form.submit(status=303)
    assert site.rows(User)[-1].password_hash == before


@pytest.fixture
def mailing(make_site, people_of):
    with mail_server() as server:
        site = make_site(**server.environ)
        people = people_of(site)
        owner, browser = people.newcomer("owner@example.com")
        yield site, server, people.project(owner), browser


def test_a_mailed_link_confirms_the_address_it_went_to_and_the_copied_one_does_not(mailing):
    site, server, project, owner = mailing
    copied = invite(owner, project, email=" Bob@Example.com")
    send_invitations(Task(site.registry))
    send_invitations(Task(site.registry))
    [envelope] = server.envelopes
    assert (envelope.recipients, envelope.message["Subject"]) == (["bob@example.com"], "Invitation to Shop")
    mailed = envelope.link().removeprefix("http://localhost:6543")
    assert token_of(mailed) != token_of(copied)
    sign_up(open_link(site.browser(), mailed))
    assert site.rows(User)[-1].confirmed_at is not None

    mailed_for_another = invite(owner, project, email="carl@example.com")
    send_invitations(Task(site.registry))
    sign_up(open_link(site.browser(), mailed_for_another), "carl@example.com")
    assert site.rows(User)[-1].confirmed_at is None


def test_a_mailed_link_confirms_no_other_address(mailing):
    site, server, project, owner = mailing
    invite(owner, project, email="bob@example.com")
    send_invitations(Task(site.registry))
    mailed = server.last().link().removeprefix("http://localhost:6543")
    sign_up(open_link(site.browser(), mailed), "root@example.com")
    assert (site.rows(User)[-1].email, site.rows(User)[-1].confirmed_at) == ("root@example.com", None)


def test_a_mail_that_fails_is_tried_again_and_none_is_sent_for_what_is_over(mailing):
    site, server, project, owner = mailing
    server.refuse["bob@example.com"] = "451 later"
    invite(owner, project, email="bob@example.com")
    send_invitations(Task(site.registry))
    server.refuse.clear()
    send_invitations(Task(site.registry))
    assert server.envelopes == []
    site.clock.forward(minutes=1)
    send_invitations(Task(site.registry))
    assert len(server.envelopes) == 1
    invite(owner, project, email="carl@example.com")
    revoke(owner, project, site.rows(Invitation)[-1])
    send_invitations(Task(site.registry))
    assert len(server.envelopes) == 1


def revoke(browser, project, invitation, status=303):
    page = "/admin/invitations" if project is None else f"/projects/{project.uuid}/invitations"
    return browser.post(f"{page}/{invitation.uuid}/revoke", {"csrf_token": csrf(browser)}, status=status)


def test_links_that_are_over_are_all_answered_alike(site, people, shop):
    project, owner = shop
    expired, revoked = invite(owner, project), invite(owner, project)
    revoke(owner, project, site.rows(Invitation)[-1])
    browser = site.browser()
    opened = open_link(browser, expired)
    assert opened.status_int == 200
    site.clock.forward(days=7)
    answers = [open_link(site.browser(), link) for link in (expired, revoked, "/invitations/open?invitation_token=x")]
    assert {(answer.status_int, answer.html.find("main").text) for answer in answers} == {
        (404, answers[0].html.find("main").text)
    }
    # Also for who had the page open already.
    assert sign_up(opened).status_int == 404
    assert site.count(User) == 1


@pytest.mark.parametrize("token", ["", "x" * 5000, "%00", "%C3%A9", "%0d%0aSet-Cookie:x=y"])
def test_odd_links_do_no_harm(site, token):
    assert open_link(site.browser(), f"/invitations/open?invitation_token={token}").status_int == 404


def test_what_it_gives_is_not_for_the_guest_to_choose(site, people, shop):
    project, owner = shop
    other = people.project(people.add("other@example.com"), "Other")
    link = invite(owner, project)
    bob, browser = people.newcomer("bob@example.com")
    token = open_link(browser, link).html.find("input", {"name": "csrf_token"})["value"]
    tampered = {
        "csrf_token": token,
        "role": "admin",
        "invitation[role]": "admin",
        "project_membership[role]": "admin",
        "project": str(other.uuid),
        "user[application_admin]": "1",
    }
    browser.post(ACCEPT, tampered)
    assert members(site) == [(project.id, bob.id, "viewer")]
    stranger = site.browser()
    page = open_link(stranger, invite(owner, project, role="owner"))
    fields = {name: page.html.find("input", {"name": name}).get("value", "") for name in ("csrf_token",)}
    fields |= {"user[email]": "eve@example.com", "user[password]": PASSWORD, "user[password_confirmation]": PASSWORD}
    stranger.post("/invitations/sign_up", fields | tampered | {"csrf_token": fields["csrf_token"]})
    eve = site.rows(User)[-1]
    assert (members(site)[-1], eve.application_admin) == ((project.id, eve.id, "viewer"), False)


def test_invitations_of_another_project_do_not_exist(site, people, shop):
    project, owner = shop
    invite(owner, project)
    [invitation] = site.rows(Invitation)
    mallory, browser = people.newcomer("mallory@example.com", application_admin=True)
    theirs = people.project(mallory, "Theirs")
    revoke(browser, theirs, invitation, status=404)
    revoke(browser, project, invitation, status=404)
    revoke(browser, None, invitation, status=404)
    assert site.rows(Invitation)[0].revoked_at is None


def test_viewers_can_invite_nobody(site, people, shop):
    project, _ = shop
    viewer, browser = people.newcomer("viewer@example.com")
    people.join(project, viewer, "viewer")
    fields = {"csrf_token": csrf(browser), "invitation[role]": "admin"}
    browser.post(f"/projects/{project.uuid}/invitations", fields, status=404)
    assert site.count(Invitation) == 0


def test_who_loses_the_right_to_invite_does_not_come_back_by_a_link_of_theirs(site, people, shop):
    project, owner = shop
    admin, browser = people.newcomer("admin@example.com")
    people.join(project, admin, "admin")
    link = invite(browser, project, role="admin")
    [membership] = site.rows(ProjectMembership)
    remove = f"/projects/{project.uuid}/project_memberships/{membership.uuid}/remove"
    owner.post(remove, {"csrf_token": csrf(owner)})
    assert open_link(browser, link).status_int == 404
    assert browser.post(ACCEPT, {"csrf_token": csrf(browser)}, status="*").status_int == 404
    assert members(site) == []


def test_members_keep_their_role_and_leave_the_invitation_to_others(site, people, shop):
    project, owner = shop
    link = invite(owner, project, role="viewer")
    admin, browser = people.newcomer("admin@example.com")
    people.join(project, admin, "admin")
    for somebody in (browser, owner):
        page = open_link(somebody, link)
        answer = somebody.post(ACCEPT, {"csrf_token": page.html.find("input", {"name": "csrf_token"})["value"]})
        assert "You have access to Shop already" in answer.follow().text
    assert members(site) == [(project.id, admin.id, "admin")]
    assert open_link(site.browser(), link).status_int == 200


def test_another_site_cannot_make_somebody_join(site, people, shop):
    project, owner = shop
    _, browser = people.newcomer("bob@example.com")
    open_link(browser, invite(owner, project))
    assert browser.post(ACCEPT, status="*").status_int == 422
    assert members(site) == []


def test_the_token_is_kept_as_a_digest_and_leaves_the_address_at_once(site, people, shop, caplog):
    project, owner = shop
    link = invite(owner, project)
    token = token_of(link)
    assert token not in str([vars(row) for row in [*site.rows(Invitation), *site.rows(AuditEntry)]])
    assert token not in owner.get(f"/projects/{project.uuid}/settings?section=team").text
    browser = site.browser()
    landed = browser.get(link)
    assert path(landed) == ACCEPT
    page = landed.follow()
    assert token not in page.text
    assert "next=/invitations/accept" in page.text
    assert token not in caplog.text


def test_administrators_invite_to_accounts_alone(site, people):
    _, root = people.newcomer("root@example.com", application_admin=True)
    link = invite(root, None, email="bob@example.com", role="admin")
    assert "bob@example.com" in root.get("/admin/invitations").text
    browser = site.browser()
    answer = sign_up(open_link(browser, link))
    assert (path(answer), members(site)) == ("/projects", [])
    assert not site.rows(User)[-1].application_admin
    assert "bob@example.com" not in root.get("/admin/invitations").html.find("main").text
    assert invite(root, None)
    revoke(root, None, site.rows(Invitation)[-1])


def test_a_form_that_is_not_right_is_shown_again_and_uses_nothing_up(site, people, shop):
    project, owner = shop
    people.add("taken@example.com")
    browser = site.browser()
    page = open_link(browser, invite(owner, project))
    for email, values in (("taken@example.com", {}), ("bob@example.com", {"password_confirmation": "x"}), ("no", {})):
        answer = sign_up(page, email, **values)
        assert (answer.status_int, "No account was made." in answer.text) == (422, True)
        assert PASSWORD not in answer.text
    assert (site.count(User), members(site)) == (2, [])
    assert sign_up(page).status_int == 303


def test_there_is_an_end_to_what_a_project_can_hand_out(site, people, shop, monkeypatch):
    monkeypatch.setattr("logister_core.invitations.services.MOST", 1)
    project, owner = shop
    invite(owner, project)
    fields = {"csrf_token": csrf(owner), "invitation[role]": "viewer"}
    answer = owner.post(f"/projects/{project.uuid}/invitations", fields, status=422)
    assert "Take some of them back first" in answer.text
    bad = {**fields, "invitation[email]": "no address"}
    assert "Enter an e-mail address" in owner.post(f"/projects/{project.uuid}/invitations", bad, status=422).text


def test_invitations_go_thirty_days_after_their_time_used_or_not(site, people, shop):
    project, browser = shop
    guest = people.newcomer("bo@example.com")[1]
    open_link(guest, invite(browser, project))
    guest.post(ACCEPT, {"csrf_token": csrf(guest)}, status=303)
    invite(browser, project, email="cy@example.com")
    site.clock.forward(days=37)
    remove_old_invitations(Task(site.registry))
    assert len(members(site)) == 1
    assert site.count(Invitation) == 2
    site.clock.forward(seconds=1)
    invite(people.browser_of(site.rows(User)[0]), project)
    remove_old_invitations(Task(site.registry))
    [left] = site.rows(Invitation)
    assert left.created_at == site.clock()
    # What they led to stays.
    assert len(members(site)) == 1


def test_a_session_planted_before_is_not_shared_with_who_signs_up(site, shop):
    project, browser = shop
    guest = site.browser()
    guest.set_cookie("logister_session", "planted")
    assert sign_up(open_link(guest, invite(browser, project))).status_int == 303
    assert guest.get("/projects").status_int == 200
    attacker = site.browser()
    attacker.set_cookie("logister_session", "planted")
    assert attacker.get("/projects").status_int == 302


def test_what_is_kept_of_an_invitation_opens_none(site, shop):
    project, browser = shop
    invite(browser, project)
    [row] = site.rows(Invitation)
    for value in (row.token_digest, str(row.uuid), str(row.id)):
        page = site.browser().get(f"/invitations/open?invitation_token={value}").follow(status=404)
        assert SPENT in page.text

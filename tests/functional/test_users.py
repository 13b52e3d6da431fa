"""People with accounts, as administrators see them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from factories.errors import group, send_error
from factories.projects import api_key
from functional.conftest import csrf
from logister_core.accounts.models import User
from logister_core.administration.users.services import PeopleService
from logister_core.api_keys.models import ApiKey
from logister_core.audit.models import AuditEntry
from logister_core.errors import Refused
from logister_core.ingest.models import IngestEvent
from logister_core.mail.models import AccountMail
from logister_core.projects.members.services import MemberService
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge
from logister_core.second_factors.models import AuthenticatorApp, Passkey, RecoveryCode


@pytest.fixture
def root(people):
    return people.newcomer("root@example.com", name="Root", application_admin=True)


@pytest.fixture
def browser(root):
    return root[1]


def test_case_50_12_the_list_of_addresses_lets_in(make_site, people_of):
    site = make_site(LOGISTER_ADMIN_EMAILS=" A@x.io ,b@x.io")
    people = people_of(site)
    _, listed = people.newcomer("a@x.io")
    assert listed.get("/admin/users").status_int == 200
    _, other = people.newcomer("c@x.io")
    answer = other.get("/admin/users")
    assert (answer.status_int, answer.location) == (303, "http://localhost/")
    answer = site.browser().get("/admin/users")
    assert answer.status_int == 302
    assert "/users/sign_in" in answer.location


def test_the_newest_come_first_with_what_is_theirs(site, people, browser):
    ana = people.add("ana@example.com", name="Ana")
    site.clock.forward(minutes=1)
    people.add("bea@example.com", name="", confirmed_at=None, created_at=site.clock())
    shop = people.project(ana)
    api_key(site, shop, user_id=ana.id)
    page = browser.get("/admin/users")
    rows = [" ".join(row.get_text(" ").split()) for row in page.html.select("tbody tr")]
    assert rows[0].startswith("bea@example.com Pending")
    assert "ana@example.com Ana Confirmed 20 Nov 2026 1 1" in rows


@pytest.mark.parametrize(
    ("search", "found"),
    [("ANA@", ["ana@example.com"]), ("a b", ["bea@example.com"]), ("%", []), ("_", ["c_d@example.com"]), ("x\\", [])],
)
def test_people_are_found_by_any_part_of_address_or_name(people, browser, search, found):
    people.add("ana@example.com", name="Nobody")
    people.add("bea@example.com", name="Bea B")
    people.add("c_d@example.com", name="Cee")
    page = browser.get("/admin/users", {"q": search})
    assert [link.text for link in page.html.select("tbody th a")] == found


def test_the_list_has_pages(people, browser):
    for number in range(51):
        people.add(f"p{number}@example.com")
    first = browser.get("/admin/users?q=example")
    assert len(first.html.select("tbody tr")) == 50
    second = first.click("Older")
    assert len(second.html.select("tbody tr")) == 2
    assert second.click("Newer").request.path_qs == "/admin/users?q=example"
    assert browser.get("/admin/users?page=x").status_int == 200
    assert "Nothing is listed beyond this place." in browser.get("/admin/users?page=9").text


def test_a_person_has_a_page(site, people, browser):
    ana, bea = people.add("ana@example.com", name="Ana"), people.add("bea@example.com")
    people.project(ana, "Shop")
    hers = people.project(bea, "Hers")
    people.join(hers, ana, "viewer")
    api_key(site, hers, user_id=ana.id, name="nightly job")
    text = browser.get(f"/admin/users/{ana.uuid}").text
    for word in (str(ana.uuid), "ana@example.com", "Shop", "Hers", "as viewer", "nightly job", "Delete projects"):
        assert word in text
    assert "Resend" not in text
    browser.get(f"/admin/users/{hers.uuid}", status=404)
    browser.get("/admin/users/nobody", status=404)


def test_an_account_is_confirmed_once(site, people, browser):
    ana = people.add("ana@example.com", confirmed_at=None)
    page = browser.get(f"/admin/users/{ana.uuid}")
    answer = form(page, "/confirm").submit()
    assert answer.status_int == 303
    assert "can sign in" in answer.follow().text
    assert user(site, ana).confirmed_at == site.clock()
    again = browser.post(f"/admin/users/{ana.uuid}/confirm", {"csrf_token": csrf(browser)})
    assert "was confirmed already" in again.follow().text
    assert [entry.action for entry in site.rows(AuditEntry) if entry.action.startswith("user.")] == ["user.confirmed"]


def test_the_confirmation_mail_is_sent_again(site, people, browser):
    ana = people.add("ana@example.com", confirmed_at=None)
    answer = form(browser.get(f"/admin/users/{ana.uuid}"), "/resend_confirmation").submit()
    assert "is on its way" in answer.follow().text
    assert [(mail.kind, mail.user_id) for mail in site.rows(AccountMail)] == [("confirmation", ana.id)]
    bea = people.add("bea@example.com")
    answer = browser.post(f"/admin/users/{bea.uuid}/resend_confirmation", {"csrf_token": csrf(browser)})
    assert "was confirmed already" in answer.follow().text
    assert site.count(AccountMail) == 1


def test_case_50_29_an_owner_is_not_deleted_but_the_projects_are(site, people, browser):
    ana = people.add("ana@example.com")
    shop = people.project(ana)
    api_key(site, shop)
    answer = form(browser.get(f"/admin/users/{ana.uuid}"), "/delete").submit()
    assert answer.location.endswith(f"/admin/users/{ana.uuid}")
    [purge] = site.rows(ProjectPurge)
    assert str(purge.uuid) in answer.follow().text
    assert user(site, ana) is not None
    [project] = site.rows(Project)
    assert project.archived_at == project.purge_requested_at == site.clock()
    assert all(key.revoked_at for key in site.rows(ApiKey))
    # Again while it goes on: nothing new.
    form(browser.get(f"/admin/users/{ana.uuid}"), "/delete").submit()
    assert site.count(ProjectPurge) == 1


def test_case_50_29_somebody_without_projects_is_gone_and_their_work_stays(site, people, browser, root):
    ana, bea = people.add("ana@example.com"), people.add("bea@example.com")
    hers = people.project(bea)
    people.join(hers, ana, "admin")
    token = api_key(site, hers, user_id=ana.id)
    send_error(site, token)
    site.project_events()
    with site.write() as db:
        db.get_one(type(group(site)), group(site).id).assigned_user_id = ana.id
    signed_in = people.browser_of(ana)
    answer = form(browser.get(f"/admin/users/{ana.uuid}"), "/delete").submit()
    assert answer.location.endswith("/admin/users")
    assert "ana@example.com is deleted" in answer.follow().text
    assert user(site, ana) is None
    [key] = site.rows(ApiKey)
    assert (key.user_id, key.revoked_at) == (None, None)
    assert site.count(IngestEvent) == 1
    assert site.send(token).status_int == 201
    assert group(site).assigned_user_id is None
    assert "/users/sign_in" in signed_in.get("/projects").location
    entry = next(entry for entry in site.rows(AuditEntry) if entry.action == "user.deleted")
    assert (entry.subject_label, entry.actor_email, entry.details) == (
        "ana@example.com",
        "root@example.com",
        {"keys_kept": 1},
    )


def test_case_50_29_nobody_deletes_themselves(site, root, browser):
    me = root[0]
    assert "Delete" not in browser.get(f"/admin/users/{me.uuid}").html.main.text
    answer = browser.post(f"/admin/users/{me.uuid}/delete", {"csrf_token": csrf(browser)})
    assert "You cannot delete your own account." in answer.follow().text
    assert user(site, me) is not None


def test_the_last_who_administers_is_not_deleted(site, root):
    with site.write() as db, pytest.raises(Refused, match="the last who administers"):
        PeopleService(db, site.clock, None, MemberService(db, site.clock), ()).delete(
            db.get_one(User, root[0].id), None
        )
    with site.write() as db:
        listed = PeopleService(db, site.clock, None, MemberService(db, site.clock), ("ana@example.com",))
        db.add(
            User(email="ana@example.com", name="", password_hash="-", created_at=site.clock(), updated_at=site.clock())
        )
        db.flush()
        with pytest.raises(Refused):
            # An address that nobody has confirmed gives nothing.
            listed.delete(db.get_one(User, root[0].id), None)
        db.scalar(select(User).where(User.email == "ana@example.com")).confirmed_at = site.clock()
        db.flush()
        listed.delete(db.get_one(User, root[0].id), None)
    assert user(site, root[0]) is None


class TestSecondFactors:
    @pytest.fixture
    def ana(self, site, people):
        """Somebody with everything there is."""
        ana, now = people.add("ana@example.com"), site.clock()
        with site.write() as db:
            db.add(AuthenticatorApp(user_id=ana.id, sealed_secret="sealed", created_at=now, confirmed_at=now))
            key = {"credential_id": "the-id", "public_key": "the-key", "sign_count": 0}
            db.add(Passkey(user_id=ana.id, name="Laptop", created_at=now, **key))
            for number in range(3):
                used = now if number == 0 else None
                db.add(RecoveryCode(user_id=ana.id, digest=f"digest {number}", created_at=now, used_at=used))
        return ana

    def test_their_kinds_and_times_are_shown_and_nothing_else_of_them(self, people, browser, ana):
        page = browser.get(f"/admin/users/{ana.uuid}")
        text = " ".join(page.html.main.text.split())
        for part in ("Authenticator app since 20 Nov 2026", "Passkey “Laptop” since 20 Nov 2026", "2 unused recovery"):
            assert part in text
        for part in ("sealed", "digest", "the-id", "the-key"):
            assert part not in page.text
        bea = people.add("bea@example.com")
        page = browser.get(f"/admin/users/{bea.uuid}")
        assert "the password alone signs this person in" in page.text
        assert "reset_second_factors" not in page.text

    def test_they_are_taken_away_when_the_address_is_typed(self, site, people, browser, ana, post):
        signed_in = people.browser_of(ana)
        asked = form(browser.get(f"/admin/users/{ana.uuid}"), "/reset_second_factors")
        asked["confirmation"] = "bea@example.com"
        assert "Nothing was taken away" in asked.submit().follow().text
        assert site.count(Passkey) == 1
        asked["confirmation"] = " Ana@Example.com"
        answer = asked.submit()
        assert (answer.status_int, answer.location) == (303, f"http://localhost/admin/users/{ana.uuid}")
        assert "ana@example.com signs in with the password alone now." in answer.follow().text
        assert [site.count(model) for model in (AuthenticatorApp, Passkey, RecoveryCode)] == [0, 0, 0]
        assert people.sign_in(site.browser(), "ana@example.com").location == "http://localhost/"
        # As with the command on the server.
        assert signed_in.get("/projects").status_int == 200
        [entry] = [entry for entry in site.rows(AuditEntry) if entry.action.startswith("second_factor")]
        told = (entry.action, entry.actor_email, entry.subject_label, entry.details)
        assert told == ("second_factor.reset", "root@example.com", "ana@example.com", {})
        [mail] = post.collect()
        assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Your second factors were taken away")
        # Again: nothing was there any more, so nothing is told.
        assert "has no second factors" in asked.submit().follow().text
        assert post.collect() == []

    def test_nobody_takes_their_own_away_without_the_password(self, site, root, browser):
        me, now = root[0], site.clock()
        with site.write() as db:
            db.add(AuthenticatorApp(user_id=me.id, sealed_secret="x", created_at=now, confirmed_at=now))
        page = browser.get(f"/admin/users/{me.uuid}")
        assert "reset_second_factors" not in page.text
        fields = {"csrf_token": csrf(browser), "confirmation": me.email}
        browser.post(f"/admin/users/{me.uuid}/reset_second_factors", fields, status=303)
        assert site.count(AuthenticatorApp) == 1


def test_the_administration_is_found_from_every_page(site, people, browser):
    assert browser.get("/projects").html.find("a", string="Administration")["href"] == "/admin/installation"
    _, other = people.newcomer("other@example.com")
    assert other.get("/projects").html.find("a", string="Administration") is None


def user(site, person):
    with site.read() as db:
        return db.get(User, person.id)


def form(page, ending):
    [found] = [one for one in page.forms.values() if one.action.endswith(ending)]
    return found

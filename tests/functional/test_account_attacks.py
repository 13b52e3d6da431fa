"""What people try who want to get into accounts that are not theirs, or to learn who has one."""

from __future__ import annotations

import base64
import json
import logging
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from functional.conftest import Post, csrf, link_in
from logister_core.accounts.models import User, UserSession
from logister_core.accounts.passwords import PasswordHasher
from logister_core.api_keys.models import ApiKey
from logister_core.audit.models import AuditEntry
from logister_core.mail.models import AccountMail
from logister_core.projects.models import Project, ProjectMembership
from logister_core.security.tokens import digest

PASSWORD = "correct horse battery"
CHOSEN = {"password": "another horse", "password_confirmation": "another horse"}
# Known and confirmed, known and not confirmed, unknown.
ADDRESSES = ("ana@example.com", "new@example.com", "nobody@example.com")


@pytest.fixture
def accounts(people):
    people.add("ana@example.com")
    people.add("new@example.com", confirmed_at=None)


def send(browser, path, *, headers=None, ip=None, **fields):
    """A form of accounts with these fields, the token of forms included."""
    token = browser.get("/users/sign_in").form["csrf_token"].value
    values = {f"user[{name}]": value for name, value in fields.items()} | {"csrf_token": token}
    environ = {"REMOTE_ADDR": ip} if ip else {}
    return browser.post(path, values, headers=headers or {}, extra_environ=environ, status="*")


def everything(answer):
    """All that somebody can see of an answer but what is random in every one."""
    body = re.sub(r'value="[\w-]{20,}"', "", answer.text)
    cookies = sorted(header.partition("=")[0] for header in answer.headers.getall("Set-Cookie"))
    return answer.status_int, answer.location, cookies, re.sub(r"\w+@example\.com", "…", body)


FORMS = {
    "/users/sign_in": {"password": "wrong wrong"},
    "/users": {"name": "", **CHOSEN},
    "/users/password": {},
    "/users/confirmation": {},
}


class TestWhoHasAnAccount:
    @pytest.mark.parametrize("path", FORMS)
    def test_no_answer_tells(self, site, accounts, path):
        seen = []
        for email in ADDRESSES:
            browser = site.browser()
            answer = send(browser, path, email=email, **FORMS[path])
            page = answer.follow() if answer.status_int in (302, 303) else answer
            page = page.follow() if page.status_int in (302, 303) else page
            seen.append((everything(answer), everything(page)))
        assert seen[0] == seen[1] == seen[2]

    @pytest.mark.parametrize("path", FORMS)
    def test_the_work_behind_an_answer_is_the_same(self, site, accounts, path, monkeypatch):
        work = []
        for email in (ADDRESSES[0], ADDRESSES[2]):
            done = []
            with monkeypatch.context() as counting:
                for name in ("hash", "verify"):
                    counting.setattr(PasswordHasher, name, counted(done, name, getattr(PasswordHasher, name)))
                browser = site.browser()
                browser.get("/users/sign_in")
                with statements(site, done):
                    send(browser, path, email=email, **FORMS[path])
            work.append(done)
        assert work[0] == work[1]

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_the_time_of_an_answer_is_the_same(self, make_site):
        # With hashes that cost what they cost for real.
        site = make_site(LOGISTER_ENV="development")
        site.user("ana@example.com", password_hash=PasswordHasher().hash(PASSWORD))
        for path in ("/users/sign_in", "/users"):
            times = {email: [] for email in (ADDRESSES[0], ADDRESSES[2])}
            for number in range(5):
                for email, taken in times.items():
                    browser = site.browser()
                    browser.get("/users/sign_in")
                    site.clock.forward(hours=2)
                    start = time.perf_counter()
                    send(browser, path, email=email, ip=f"203.0.113.{number}", **FORMS[path])
                    taken.append(time.perf_counter() - start)
            known, unknown = (statistics.median(taken) for taken in times.values())
            assert 0.6 < known / unknown < 1.7, (path, times)

    def test_the_refusal_of_too_many_tells_nothing_either(self, site, accounts):
        seen = []
        for email in ADDRESSES:
            site.clock.forward(hours=1)
            answers = [send(site.browser(), "/users/password", email=email) for _ in range(4)]
            seen.append([everything(answer) for answer in answers])
        assert seen[0] == seen[1] == seen[2]
        assert seen[0][3][0] == 429


def counted(done, name, function):
    def count(self, *arguments):
        done.append(name)
        return function(self, *arguments)

    return count


def broken(*arguments, **values):
    raise RuntimeError("it broke")


class statements:
    """Notes what is sent to the database, without its values."""

    def __init__(self, site, done):
        self.engine, self.done = site.registry.engine, done

    def note(self, connection, cursor, statement, parameters, context, executemany):
        self.done.append(statement.split("WHERE")[0])

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self.note)

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self.note)


class TestFixation:
    """Somebody plants a session before its owner-to-be signs in, and hopes to share it afterwards."""

    PLANTED = "planted-by-somebody"

    def planted(self, site):
        browser = site.browser()
        browser.set_cookie("logister_session", self.PLANTED)
        return browser

    def is_signed_in(self, site):
        return self.planted(site).get("/projects").status_int == 200

    def test_at_sign_in(self, site, people):
        people.add()
        people.sign_in(self.planted(site), "ana@example.com")
        assert site.count(UserSession) == 1
        assert not self.is_signed_in(site)

    def test_with_the_link_to_a_new_password(self, site, people, post):
        people.add()
        send(site.browser(), "/users/password", email="ana@example.com")
        form = self.planted(site).get(post.link()).form
        form["user[password]"] = form["user[password_confirmation]"] = "another horse"
        assert form.submit().status_int == 303
        assert site.count(UserSession) == 1
        assert not self.is_signed_in(site)

    def test_with_the_link_that_confirms(self, site, people, post):
        people.add(confirmed_at=None)
        send(site.browser(), "/users/confirmation", email="ana@example.com")
        form = self.planted(site).get(post.link()).form
        form["user[password]"] = PASSWORD
        assert form.submit().status_int == 303
        assert site.count(UserSession) == 1
        assert not self.is_signed_in(site)


class TestTamperedCookies:
    def test_what_the_database_holds_is_no_session(self, site, people):
        """For somebody who reads a backup: digests and ids let nobody in, nor does a token with a letter changed."""
        _, browser = people.newcomer()
        token = browser.cookies["logister_session"]
        [row] = site.rows(UserSession)
        flipped = ("A" if token[0] != "A" else "B") + token[1:]
        for value in (
            row.token_digest,
            str(row.uuid),
            row.uuid.hex,
            str(row.id),
            flipped,
            token.swapcase(),
            token[:-1],
        ):
            thief = site.browser()
            thief.set_cookie("logister_session", value)
            assert thief.get("/projects").status_int == 302, value
        assert browser.get("/projects").status_int == 200

    def test_a_message_is_shown_only_when_we_wrote_it(self, site, people):
        user, browser = people.newcomer()
        form = browser.get("/profile/edit").forms[1]
        form["user[name]"] = "Bea"
        form.submit(status=303)
        payload, _, signature = browser.cookies["logister_flash"].strip('"').rpartition(".")
        parts = [["alert", "Your account is locked. Call 555.", "/users/sign_out"]]
        lie = base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()
        for value in (f"{lie}.{signature}", lie, f"{lie}.", f"{payload}{lie}.{signature}", f".{signature}"):
            browser = people.browser_of(user)
            browser.set_cookie("logister_flash", value)
            page = browser.get("/profile")
            assert "555" not in page.text
            assert "Profile updated." not in page.text
        browser = people.browser_of(user)
        browser.set_cookie("logister_flash", f"{payload}.{signature}")
        assert "Profile updated." in browser.get("/profile").text

    def test_a_signature_of_one_cookie_is_none_of_another(self, site, people):
        """Whoever gets us to sign something must not be able to use it elsewhere."""
        people.newcomer("victim@example.com")
        attacker = site.browser()
        send(attacker, "/users", email="victim@example.com", name="", **CHOSEN)
        signed = {name: value.strip('"') for name, value in attacker.cookies.items()}
        assert {"logister_pending", "logister_flash", "logister_visitor"} <= signed.keys()
        for cookie in ("logister_session", "logister_step", "logister_device", "logister_invitation"):
            for value in signed.values():
                browser = site.browser()
                browser.set_cookie(cookie, value)
                assert browser.get("/projects").status_int == 302
                assert browser.get("/users/second_step").status_int == 303
                assert browser.get("/invitations/accept", status="*").status_int == 404

    def test_projects_that_a_cookie_names_are_not_shown_to_strangers(self, site, people):
        secret = people.project(people.add("victim@example.com"), "Secret plans")
        _, browser = people.newcomer()
        browser.set_cookie("logister_recent", str(secret.uuid))
        assert "Secret plans" not in browser.get("/projects").text
        assert "Secret plans" not in browser.get("/inbox").text


class TestTakingAnAddressFirst:
    """Somebody signs up with the address of a victim, and hopes that the victim, or a program, confirms it."""

    def test_the_victim_does_not_confirm_a_password_of_the_attacker(self, site, post):
        attacker, victim = site.browser(), site.browser()
        send(attacker, "/users", email="victim@example.com", name="", **CHOSEN)
        link = post.link()
        page = victim.get(link)
        assert page.status_int == 200
        assert "somebody else chose it" in page.text
        assert site.rows(User)[0].confirmed_at is None

    def test_who_signed_up_first_does_not_share_the_account_of_who_signed_up_last(self, site, post, people):
        attacker, victim = site.browser(), site.browser()
        send(attacker, "/users", email="victim@example.com", name="", **CHOSEN)
        send(victim, "/users", email="victim@example.com", name="", password=PASSWORD, password_confirmation=PASSWORD)
        link = link_in(post.collect()[-1])
        assert victim.get(link).status_int == 302
        assert people.sign_in(site.browser(), "victim@example.com", "another horse").status_int == 422
        assert people.sign_in(site.browser(), "victim@example.com").status_int == 303

    def test_who_signs_up_last_is_not_confirmed_by_who_signed_up_first(self, site, post):
        victim, attacker = site.browser(), site.browser()
        send(victim, "/users", email="victim@example.com", name="", password=PASSWORD, password_confirmation=PASSWORD)
        send(attacker, "/users", email="victim@example.com", name="", **CHOSEN)
        link = link_in(post.collect()[-1])
        assert victim.get(link).status_int == 200
        assert site.rows(User)[0].confirmed_at is None

    def test_the_cookie_of_one_account_confirms_no_other(self, site, post):
        attacker = site.browser()
        send(attacker, "/users", email="eve@example.com", name="", **CHOSEN)
        post.collect()
        send(site.browser(), "/users", email="victim@example.com", name="", **CHOSEN)
        assert attacker.get(post.link()).status_int == 200

    def test_an_address_on_the_list_of_administrators_gives_nothing_before_it_is_confirmed(self, make_site, people_of):
        site = make_site(LOGISTER_ADMIN_EMAILS="boss@example.com")
        attacker = site.browser()
        send(attacker, "/users", email="boss@example.com", name="", **CHOSEN)
        assert people_of(site).sign_in(attacker, "boss@example.com", "another horse").status_int == 302
        assert site.count(UserSession) == 0

    def test_of_two_who_sign_up_at_once_one_makes_the_account(self, site):
        browsers = [site.browser(), site.browser()]
        with ThreadPoolExecutor(2) as threads:
            answers = list(
                threads.map(lambda browser: send(browser, "/users", email="a@example.com", name="", **CHOSEN), browsers)
            )
        assert [answer.status_int for answer in answers] == [303, 303]
        assert site.count(User) == 1


EXTRA = {
    "application_admin": "1",
    "confirmed_at": "2020-01-01",
    "password_hash": "x",
    "uuid": "0" * 32,
    "id": "1",
    "reset_digest": "x",
}


class TestMoreThanWasOffered:
    def test_signing_up(self, site):
        send(site.browser(), "/users", email="eve@example.com", name="Eve", **CHOSEN, **EXTRA)
        [user] = site.rows(User)
        assert (user.application_admin, user.confirmed_at, user.reset_digest) == (False, None, None)
        assert user.password_hash != "x"

    def test_the_set_up_form(self, make_site):
        site = make_site(LOGISTER_SETUP_TOKEN="sesame-open-sesame")
        send(site.browser(), "/setup", email="eve@example.com", name="", **CHOSEN, **EXTRA)
        assert site.count(User) == 0

    def test_projects_and_what_is_in_them(self, site, people):
        victim = people.add("victim@example.com")
        theirs = people.project(victim, "Theirs")
        me, browser = people.newcomer()
        token = {"csrf_token": csrf(browser)}
        owned = {
            "owner_id": victim.id,
            "id": theirs.id,
            "uuid": theirs.uuid,
            "archived_at": "2020-01-01",
            "purge_requested_at": "2020-01-01",
            "public_api_rate_limit_requests_override": "9999999",
            "allowed_origins": "https://evil.example",
        }
        more = {f"project[{name}]": str(value) for name, value in owned.items()}
        named = {"project[name]": "Mine", "project[integration_kind]": "python"}
        days = {"project[retention_policy_attributes][hot_retention_days]": "30"}
        browser.post("/projects", token | named | days | more, status=303)
        [mine] = [project for project in site.rows(Project) if project.id != theirs.id]
        browser.post(f"/projects/{mine.uuid}", token | named | more, status=303)
        own = f"/projects/{mine.uuid}"

        def sent(form, **values):
            return token | {f"{form}[{name}]": str(value) for name, value in values.items()}

        into = {"project_id": theirs.id, "user_id": victim.id, "id": 1, "uuid": theirs.uuid}
        browser.post(f"{own}/api_keys", sent("api_key", name="x", token="known", token_digest=digest("known"), **into))
        people.add("bea@example.com")
        member = sent("project_membership", email="bea@example.com", role="owner", **into)
        browser.post(f"{own}/project_memberships", member, status=303)

        kept = {project.id: project for project in site.rows(Project)}
        assert (kept[theirs.id].name, kept[theirs.id].owner_id) == ("Theirs", victim.id)
        after = kept[mine.id]
        assert (after.owner_id, after.uuid, after.archived_at, after.purge_requested_at) == (
            me.id,
            mine.uuid,
            None,
            None,
        )
        assert (after.public_api_rate_limit_requests_override, after.allowed_origins) == (None, None)
        [key] = site.rows(ApiKey)
        assert (key.project_id, key.user_id) == (mine.id, me.id)
        assert key.token_digest != digest("known")
        [membership] = site.rows(ProjectMembership)
        assert (membership.project_id, membership.role) == (mine.id, "viewer")
        assert membership.user_id != victim.id

    @pytest.mark.parametrize("path", ["/users/edit", "/profile"])
    def test_editing(self, site, people, path):
        user, browser = people.newcomer()
        token = browser.get("/users/edit").forms["account"]["csrf_token"].value
        fields = {f"user[{name}]": value for name, value in EXTRA.items()}
        fields |= {"user[name]": "Eve", "user[current_password]": PASSWORD, "csrf_token": token}
        assert browser.post(path, fields).status_int == 303
        [after] = site.rows(User)
        assert (after.id, after.uuid, after.application_admin) == (user.id, user.uuid, False)
        assert (after.name, after.password_hash, after.reset_digest) == ("Eve", user.password_hash, None)
        assert browser.get("/admin/users").location == "http://localhost/"


class TestWhereMailsLead:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"X-Forwarded-Host": "evil.example"},
            {"Host": "localhost", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
            {"Forwarded": "host=evil.example"},
        ],
    )
    @pytest.mark.parametrize("path", ["/users/password", "/users/confirmation", "/users"])
    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_no_header_of_the_request_has_a_say(self, site, people, path, headers):
        people.add(confirmed_at=None if path == "/users/confirmation" else site.clock())
        browser = site.browser()
        browser.get("/users/sign_in")
        # A browser would keep it back from another host; the attacker's own does not.
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = headers | {"Cookie": cookies}
        send(browser, path, email="ana@example.com", headers=headers, ip="127.0.0.1", **FORMS[path])
        [mail] = Post(site).collect()
        assert "evil" not in mail.as_string()
        assert "http://localhost:6543/" in mail.get_content()

    @pytest.mark.parametrize(
        "target",
        [
            "https:evil.example",
            "///evil.example",
            "/\\/evil.example",
            "/%09/evil.example\n",
            "/\t/evil.example",
            "\\\\evil.example",
            " //evil.example",
            "data:text/html,x",
            "@evil.example",
            ".evil.example",
            "/" + "x" * 3_000,
        ],
    )
    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_nobody_is_led_to_another_site_after_signing_in(self, site, people, target):
        people.add()
        browser = site.browser()
        token = browser.get("/users/sign_in").form["csrf_token"].value
        fields = {"user[email]": "ana@example.com", "user[password]": PASSWORD, "next": target, "csrf_token": token}
        assert browser.post("/users/sign_in", fields).location == "http://localhost/"


class TestWhereTokensShow:
    LINKS = ("/users/password/edit?reset_password_token=", "/users/confirmation?confirmation_token=")

    @pytest.mark.parametrize("link", LINKS)
    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_a_page_with_a_token_in_its_address_sends_it_nowhere(self, site, people, link):
        people.add()
        answer = site.browser().get(f"{link}sesame", status="*")
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "private, no-store"
        # Nothing of the page is fetched from elsewhere, and no link leads away with the address.
        assert not answer.html.select('[src^="http"], link[rel=stylesheet][href^="http"]')
        assert "noindex" in answer.html.find("meta", {"name": "robots"})["content"]
        assert "sesame" not in str(answer.html.find("link", {"rel": "canonical"}))

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_neither_log_nor_audit_nor_rows_hold_one(self, site, people, caplog):
        people.add(confirmed_at=None)
        post = Post(site)
        with caplog.at_level(logging.DEBUG):
            browser = site.browser()
            send(browser, "/users/confirmation", email="ana@example.com")
            confirmation = post.link()
            page = browser.get(confirmation)
            page.form["user[password]"] = PASSWORD
            page.form.submit(status=303)
            stranger = site.browser()
            send(stranger, "/users/password", email="ana@example.com")
            reset = post.link()
            form = stranger.get(reset).form
            form["user[password]"] = form["user[password_confirmation]"] = "another horse"
            form.submit(status=303)
        tokens = [link.partition("=")[2] for link in (confirmation, reset)]
        kept = [str(vars(row)) for model in (User, UserSession, AuditEntry, AccountMail) for row in site.rows(model)]
        assert "GET" in caplog.text
        for secret in (*tokens, PASSWORD, "another horse"):
            assert secret not in caplog.text
            assert not [row for row in kept if secret in row]

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_a_page_that_fails_does_not_repeat_the_token_nor_send_it_on(self, site, monkeypatch, caplog):
        monkeypatch.setattr("logister_core.accounts.links.AccountLinks.confirming", None)
        with caplog.at_level(logging.DEBUG):
            answer = site.browser().get("/users/confirmation?confirmation_token=sesame", status=500)
        assert "sesame" not in answer.text
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert "sesame" not in caplog.text

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_a_form_that_fails_repeats_no_password(self, site, people, monkeypatch, caplog):
        people.add()
        monkeypatch.setattr("logister_core.accounts.services.UserService.authenticate", broken)
        with caplog.at_level(logging.DEBUG):
            answer = send(site.browser(), "/users/sign_in", email="ana@example.com", password=PASSWORD)
        assert answer.status_int == 500
        assert "it broke" in caplog.text
        assert PASSWORD not in answer.text + caplog.text
        assert "it broke" not in answer.text

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_keys_of_programs_and_of_browsers_are_in_no_log(self, site, people, caplog):
        user = people.add()
        project = people.project(user)
        with caplog.at_level(logging.DEBUG):
            browser = site.browser()
            people.sign_in(browser, user.email)
            fields = {"csrf_token": csrf(browser), "api_key[name]": "server"}
            made = browser.post(f"/projects/{project.uuid}/api_keys", fields)
            key = made.html.find(attrs={"data-token": True}).text
            assert site.send(key).status_int == 201
            wrong = f"{key[:-4]}beef"
            assert site.send(wrong).status_int == 401
            site.browser().get(f"/projects?token={key}&api_key={key}", status="*")
        cookies = [value.strip('"') for name, value in browser.cookies.items() if name != "logister_recent"]
        for secret in (key, wrong, fields["csrf_token"], *cookies):
            assert secret not in caplog.text
        assert [str(vars(row)) for row in site.rows(AuditEntry) if key in str(vars(row))] == []

    def test_of_two_who_use_a_link_at_once_one_finds_it_used(self, site, people, post):
        people.add()
        send(site.browser(), "/users/password", email="ana@example.com")
        link = post.link()
        forms = [site.browser().get(link).form for _ in range(2)]
        for number, form in enumerate(forms):
            form["user[password]"] = form["user[password_confirmation]"] = f"another horse {number}"
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda form: form.submit(status="*"), forms))
        assert sorted(answer.status_int for answer in answers) == [303, 422]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/users", "POST"),
        ("/users", "PUT"),
        ("/users/edit", "POST"),
        ("/users/password", "POST"),
        ("/users/password", "PUT"),
        ("/users/password/edit", "POST"),
        ("/users/confirmation", "POST"),
        ("/users/confirmation/accept", "POST"),
        ("/users/sessions/end_others", "POST"),
        ("/profile", "PATCH"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_other_site_sends_these_forms(site, people, path, method):
    _, browser = people.newcomer()
    token = browser.get("/users/edit").forms["account"]["csrf_token"].value
    for fields, headers in (
        ({}, {}),
        ({"csrf_token": "guess"}, {}),
        ({"csrf_token": token}, {"Origin": "https://evil.example"}),
        ({"csrf_token": token}, {"Origin": "null"}),
    ):
        answer = getattr(browser, method.lower())(path, fields, headers=headers, status="*")
        assert answer.status_int == 422, (fields, headers)
    assert site.count(AccountMail) == 0

"""Who gets where: every route and method there is, asked by everybody, against one table (specification, accounts §12).

A route that is not in the table fails the test, and so does one in the table that is gone. That holds for routes of
plugins and of what is switched on by settings, too: `EVERYTHING_ON` lets the installation have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import webtest
from pyramid.interfaces import IRoutesMapper

from factories.cli_tokens import cli_token
from factories.errors import group, send_error
from factories.mobile_tokens import ask
from factories.monitors import check_in, monitor
from factories.projects import api_key
from logister_core.api_keys.models import ApiKey
from logister_core.cli_access.models import CliAccessToken
from logister_core.error_groups.history.models import ErrorGroupChange
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.ingest.models import IngestEvent
from logister_core.invitations.models import Invitation
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import ProjectMembership
from logister_core.purges.models import ProjectPurge
from logister_core.second_factors.models import Passkey
from logister_core.source_repositories.models import SourceRepository
from support.instance import Instance
from support.pages import NO_PAGES, PICTURES
from support.probo import BANNER, Probo, probo

# Whom the codes let in; the letters are those of the page map (web chapter §1).
ANYBODY, SIGNED_IN, MEMBER, MANAGER, OWNER, ADMINISTRATOR = "ASMGOX"
MEMBER_OR_ADMINISTRATOR, OWNER_OR_ADMINISTRATOR = "MX", "OX"
LET_IN = {
    ANYBODY: {"anonymous", "stranger", "viewer", "admin", "owner", "administrator"},
    SIGNED_IN: {"stranger", "viewer", "admin", "owner", "administrator"},
    MEMBER: {"viewer", "admin", "owner"},
    MANAGER: {"admin", "owner"},
    OWNER: {"owner"},
    ADMINISTRATOR: {"administrator"},
    MEMBER_OR_ADMINISTRATOR: {"viewer", "admin", "owner", "administrator"},
    OWNER_OR_ADMINISTRATOR: {"owner", "administrator"},
}
# A thing of one person: here the owner of the project.
ITS_OWNER = OWNER
# Asks for a key, which no browser has.
KEY = "K"
# For programs that have no key yet: open to anybody, and what a browser's cookies say is not asked.
PROGRAM = "P"

EVERYTHING_ON = {
    # The page of components, and the banner, which test installations do not show.
    "LOGISTER_ENV": "development",
    "LOGISTER_OIDC_ISSUER": "http://localhost:9",
    "LOGISTER_OIDC_CLIENT_ID": "logister",
    "LOGISTER_OIDC_CLIENT_SECRET": "secret",
}

TABLE = {
    "accounts.confirmation": {"GET": ANYBODY, "POST": ANYBODY},
    "accounts.confirmation.accept": {"POST": ANYBODY},
    "accounts.confirmation.new": {"GET": ANYBODY},
    "accounts.edit": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "accounts.new_address.cancel": {"POST": SIGNED_IN},
    "accounts.new_address.resend": {"POST": SIGNED_IN},
    "accounts.password": {"PATCH": ANYBODY, "POST": ANYBODY, "PUT": ANYBODY},
    "accounts.password.edit": {"GET": ANYBODY, "POST": ANYBODY},
    "accounts.password.new": {"GET": ANYBODY},
    "accounts.profile": {"GET": SIGNED_IN, "PATCH": SIGNED_IN, "POST": SIGNED_IN},
    "accounts.profile.edit": {"GET": SIGNED_IN},
    "accounts.security": {"GET": ANYBODY},
    "accounts.session.end": {"POST": SIGNED_IN},
    "accounts.sessions.end_others": {"POST": SIGNED_IN},
    "accounts.sign_in": {"GET": ANYBODY, "POST": ANYBODY},
    "accounts.sign_out": {"DELETE": ANYBODY, "POST": ANYBODY},
    "accounts.sign_up": {"GET": ANYBODY},
    "accounts.users": {"PATCH": SIGNED_IN, "POST": ANYBODY, "PUT": SIGNED_IN},
    "administration.complete": {"POST": ADMINISTRATOR},
    "administration.installation": {"GET": ADMINISTRATOR},
    "administration.section": {"GET": ADMINISTRATOR, "PATCH": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "administration.section.action": {"POST": ADMINISTRATOR},
    "administration.section.skip": {"POST": ADMINISTRATOR},
    "administration.section.test": {"GET": ADMINISTRATOR, "PATCH": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "administration.self_monitoring": {"PATCH": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "administration.user": {"DELETE": ADMINISTRATOR, "GET": ADMINISTRATOR},
    "administration.user.confirm": {"PATCH": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "administration.user.delete": {"POST": ADMINISTRATOR},
    "administration.user.resend": {"POST": ADMINISTRATOR},
    "administration.user.reset_factors": {"POST": ADMINISTRATOR},
    "administration.users": {"GET": ADMINISTRATOR},
    "analytics.cookie_banner": {"GET": ANYBODY, "POST": ANYBODY},
    "api.openapi": {"GET": ANYBODY},
    "api_keys.index": {"GET": MEMBER, "POST": MANAGER},
    "api_keys.revoke": {"POST": MANAGER},
    "audit.index": {"GET": ADMINISTRATOR},
    "cli_access.capabilities": {"GET": ANYBODY},
    "cli_access.device": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "cli_access.logins": {"POST": PROGRAM},
    "cli_access.logins.token": {"POST": PROGRAM},
    "cli_access.session": {"GET": KEY},
    "cli_access.token": {"DELETE": ITS_OWNER},
    "cli_access.token.revoke": {"POST": ITS_OWNER},
    "cli_access.tokens": {"DELETE": SIGNED_IN},
    "cli_access.tokens.revoke": {"POST": SIGNED_IN},
    "deployments.index": {"GET": MEMBER},
    "deployments.record": {"POST": KEY},
    "error_groups.assignment": {"DELETE": MEMBER, "PATCH": MEMBER, "POST": MEMBER},
    "error_groups.assignment.delete": {"POST": MEMBER},
    "error_groups.bulk": {"POST": MEMBER},
    "error_groups.export": {"GET": MEMBER},
    "error_groups.link": {"DELETE": MEMBER},
    "error_groups.link.delete": {"POST": MEMBER},
    "error_groups.links": {"POST": MEMBER},
    "error_groups.triage": {"PATCH": MEMBER, "POST": MEMBER},
    "error_groups.undo": {"POST": MEMBER},
    "error_groups.unmerge": {"POST": MEMBER},
    "events.activity": {"GET": MEMBER},
    "events.activity_event": {"GET": MEMBER},
    "events.evidence": {"POST": MANAGER},
    "events.markdown": {"GET": MEMBER},
    "events.show": {"GET": MEMBER},
    "grouping": {"GET": MANAGER, "POST": MANAGER},
    "health.check": {"GET": ANYBODY},
    "health.up": {"GET": ANYBODY},
    "inbox": {"GET": MEMBER},
    "inbox.all": {"GET": SIGNED_IN},
    "inbox.all.bulk": {"POST": SIGNED_IN},
    "inbox.all.news": {"GET": SIGNED_IN},
    "inbox.all.offers": {"GET": SIGNED_IN},
    "inbox.all.undo": {"POST": SIGNED_IN},
    "inbox.events": {"GET": MEMBER},
    "inbox.news": {"GET": MEMBER},
    "inbox.offers": {"GET": MEMBER},
    "ingest.batch": {"POST": KEY},
    "ingest.check_ins": {"POST": KEY},
    "ingest.events": {"POST": KEY},
    "installation.setup": {"GET": ANYBODY, "POST": ANYBODY},
    "invitations.accept": {"GET": ANYBODY, "POST": ANYBODY},
    "invitations.of_accounts": {"GET": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "invitations.of_project": {"GET": MANAGER, "POST": MANAGER},
    "invitations.open": {"GET": ANYBODY},
    "invitations.revoke": {"POST": MANAGER},
    "invitations.revoke_account": {"POST": ADMINISTRATOR},
    "invitations.sign_up": {"GET": ANYBODY, "POST": ANYBODY},
    "mobile_tokens.create": {"POST": KEY},
    "mobile_tokens.revoke": {"POST": MANAGER},
    "monitors.change": {"PATCH": MANAGER, "POST": MANAGER},
    "monitors.index": {"GET": MEMBER},
    "oidc.begin": {"GET": ANYBODY},
    "oidc.callback": {"GET": ANYBODY},
    "passkey_sign_in": {"POST": ANYBODY},
    "passkey_sign_in.options": {"POST": ANYBODY},
    "projects.allowed_origins": {"GET": MANAGER, "PATCH": MANAGER, "POST": MANAGER},
    "projects.archive": {"PATCH": OWNER, "POST": OWNER},
    "projects.edit": {"GET": OWNER},
    "projects.first_event": {"GET": MEMBER},
    "projects.home": {"DELETE": OWNER, "GET": MEMBER, "PATCH": OWNER, "POST": OWNER},
    "projects.index": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "projects.member": {"DELETE": MANAGER, "GET": MANAGER, "PATCH": MANAGER, "POST": MANAGER},
    "projects.member.remove": {"POST": MANAGER},
    "projects.members": {"GET": MANAGER, "POST": MANAGER},
    "projects.new": {"GET": SIGNED_IN},
    "projects.rate_limit": {"GET": ADMINISTRATOR, "PATCH": ADMINISTRATOR, "POST": ADMINISTRATOR},
    "projects.restore": {"PATCH": OWNER, "POST": OWNER},
    "projects.settings": {"GET": MEMBER_OR_ADMINISTRATOR},
    "projects.setup": {"GET": MEMBER},
    "public_pages.docs": {"GET": ANYBODY},
    "public_pages.docs_page": {"GET": ANYBODY},
    "public_pages.robots": {"GET": ANYBODY},
    "public_pages.sitemap": {"GET": ANYBODY},
    "public_pages.text": {"GET": ANYBODY},
    "purges.delete": {"GET": OWNER, "POST": OWNER},
    "purges.retry": {"POST": OWNER_OR_ADMINISTRATOR},
    "purges.show": {"GET": OWNER_OR_ADMINISTRATOR},
    "releases.index": {"GET": MEMBER},
    "second_factors.app": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "second_factors.app.remove": {"POST": SIGNED_IN},
    "second_factors.app.verify": {"POST": SIGNED_IN},
    "second_factors.codes": {"POST": SIGNED_IN},
    "second_factors.confirm": {"POST": SIGNED_IN},
    "second_factors.index": {"GET": SIGNED_IN},
    "second_factors.passkey.remove": {"POST": ITS_OWNER},
    "second_factors.passkeys": {"POST": SIGNED_IN},
    "second_factors.passkeys.options": {"POST": SIGNED_IN},
    "second_step": {"GET": ANYBODY, "POST": ANYBODY},
    "second_step.passkey": {"POST": ANYBODY},
    "second_step.passkey.options": {"POST": ANYBODY},
    "source_repositories.index": {"GET": MANAGER, "POST": MANAGER},
    "source_repositories.remove": {"POST": MANAGER},
    "source_repositories.show": {"DELETE": MANAGER, "GET": MANAGER, "PATCH": MANAGER, "POST": MANAGER},
    "updates.dismiss": {"POST": SIGNED_IN},
    "web.root": {"GET": ANYBODY},
    "web.styleguide": {"GET": ANYBODY},
}

# What stands in addresses for their variable parts, where it is not the id of something; by route and part.
WORDS = {
    ("administration.section.action", "action"): "repair",
    ("analytics.cookie_banner", "path"): f"{BANNER}/config",
    ("error_groups.triage", "action"): "resolve",
    ("health.check", "name"): "nothing",
    ("public_pages.docs_page", "page"): "http-api",
    ("public_pages.text", "name"): "about",
}
# 404 for everybody who may ask: there is no such check.
ABSENT = {"health.check"}


def test_every_view_of_a_project_names_its_permission(site: Instance) -> None:
    patterns = {route.name: route.pattern for route in routes(site)}
    lacking = [
        (view["route_name"], view["request_methods"])
        for view in views(site)
        if "{project}" in patterns.get(view["route_name"], "")
        and not [entry for entry in site.registry.introspector.related(view) if entry.category_name == "permissions"]
    ]
    assert lacking == []


def test_everybody_gets_where_the_table_says_and_nowhere_else(
    make_site: Callable[..., Instance], people_of: Any, consent: Probo, tmp_path: Path
) -> None:
    (tmp_path / "about.txt").write_text("Us.")
    settings = {"LOGISTER_PAGES_DIR": str(tmp_path), "LOGISTER_ADMIN_EMAILS": "root@example.com"}
    site = make_site(**consent.environ | EVERYTHING_ON | settings)
    browsers, ids = world(site, people_of(site))
    there = {(name, method) for name, methods in TABLE.items() for method in methods}
    assert {(name, method) for name, _, method in doors(site)} == there

    wrong = []
    for name, pattern, method in doors(site):
        address, code = address_of(name, pattern, ids), TABLE[name][method]
        for who, browser in browsers.items():
            # A form without its token changes nothing, so nobody's visit spoils that of the next.
            answer = browser.request(address, method=method, status="*")
            got, due = outcome(answer, name), expected(who, code) if name not in ABSENT else outcome(answer, name)
            if got != due:
                wrong.append(f"{method} {address} as {who}: {answer.status} ({got}, not {due})")
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def consent() -> Iterator[Probo]:
    with probo() as upstream:
        yield upstream


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_form_there_is_can_be_sent_by_another_site(make_site: Callable[..., Instance], people_of: Any) -> None:
    """With neither token, a guessed one, and the right one on a page of somebody else's."""
    site = make_site(LOGISTER_ADMIN_EMAILS="root@example.com")
    browsers, ids = world(site, people_of(site))
    tokens = {who: token_of(browser) for who, browser in browsers.items()}
    wrong, asked = [], 0
    for name, pattern, method in doors(site):
        code = TABLE[name][method]
        if method == "GET" or code in (KEY, PROGRAM):
            continue
        # Who is signed out has nothing to lose by signing out.
        who = "owner" if name == "accounts.sign_out" else somebody(code)
        right = {"X-CSRF-Token": tokens[who]}
        for headers in (
            {},
            {"X-CSRF-Token": "guess"},
            {"X-CSRF-Token": tokens["stranger"]},
            right | {"Origin": "https://evil.example"},
            right | {"Origin": "null"},
            right | {"Referer": "https://evil.example/projects"},
        ):
            asked += 1
            answer = browsers[who].request(address_of(name, pattern, ids), method=method, headers=headers, status="*")
            if answer.status_int != 422 or "came from another site" not in answer.text:
                wrong.append(f"{method} {name} as {who} with {headers}: {answer.status}")
    assert not wrong, "\n".join(wrong)
    assert asked > 300


def test_things_of_another_project_are_not_reached_through_ones_own(
    make_site: Callable[..., Instance], people_of: Any
) -> None:
    """Every address that names a project and something in it, with one's own project and the thing of a victim."""
    site = make_site(LOGISTER_ADMIN_EMAILS="root@example.com")
    people = people_of(site)
    browsers, ids = world(site, people)
    victim = browsers["owner"]
    fill_in(site, victim, ids)
    mallory, browser = people.newcomer("mallory@example.com")
    mine = people.project(mallory, "Mine", integration_kind="android")
    token = {"X-CSRF-Token": token_of(browser)}
    found, asked = [], 0
    for name, pattern, method in doors(site):
        parts = set(re.findall(r"\{(\w+)", pattern))
        if "project" not in parts or not parts & (ids.keys() - {"project", "tail", "section"}):
            continue
        asked += 1
        address = address_of(name, pattern, ids | {"project": str(mine.uuid)})
        answer = browser.request(address, method=method, headers=token, status="*")
        if answer.status_int != 404:
            found.append(f"{method} {address}: {answer.status}")
        if method == "GET":
            # It is there, for who may see it.
            assert victim.get(address_of(name, pattern, ids), status="*").status_int < 404, name
    assert not found, "\n".join(found)
    assert asked >= 20


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_page_repeats_the_host_that_a_request_names(
    make_site: Callable[..., Instance], people_of: Any, tmp_path: Path
) -> None:
    """A page that did could be stored by a cache in between, or lead whoever sees it to somebody else's server."""
    (tmp_path / "about.txt").write_text("Us.")
    variables = {"LOGISTER_PAGES_DIR": str(tmp_path), "LOGISTER_LANDING_PAGE": "yes"}
    site = make_site(LOGISTER_ADMIN_EMAILS="root@example.com", **variables)
    browsers, ids = world(site, people_of(site))
    wrong = []
    for name, pattern, method in doors(site):
        if method != "GET" or name in ABSENT:
            continue
        browser = browsers[somebody(TABLE[name]["GET"])]
        cookies = "; ".join(f"{cookie}={value}" for cookie, value in browser.cookies.items())
        for headers in ({"Host": "evil.example"}, {"Host": "localhost", "X-Forwarded-Host": "evil.example"}):
            answer = browser.get(address_of(name, pattern, ids), headers=headers | {"Cookie": cookies}, status="*")
            # Redirects are whole addresses of whatever host was asked, which is why nobody may keep them.
            text = answer.text if answer.location is None else answer.text.replace(answer.location, "")
            kept = answer.location is not None and "no-store" not in answer.headers["Cache-Control"]
            if "evil" in text or kept or answer.status_int >= 500:
                wrong.append(f"{name} with {headers}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def somebody(code: str) -> str:
    """One of those whom the code lets in."""
    return {ANYBODY: "anonymous", ADMINISTRATOR: "administrator"}.get(code, "owner")


def token_of(browser: webtest.TestApp) -> str:
    """Of the forms that this browser is shown."""
    page = browser.get("/users/edit", status="*")
    token: str = (page.follow() if page.status_int == 302 else page).html.find("input", {"name": "csrf_token"})["value"]
    return token


def fill_in(site: Instance, browser: webtest.TestApp, ids: dict[str, str]) -> None:
    """A link and a change of the group, in the place of ids of nothing."""
    base, token = f"/projects/{ids['project']}/error_groups/{ids['group']}", token_of(browser)
    url = {"error_group_external_link[url]": "https://github.com/acme/shop/issues/42"}
    browser.post(f"{base}/external_links", {"csrf_token": token} | url, status=303)
    browser.post(f"{base}/resolve", {"csrf_token": token}, status=303)
    [link] = site.rows(ErrorGroupLink)
    ids |= {"link": str(link.uuid), "change": str(site.rows(ErrorGroupChange)[-1].action_uuid)}


def expected(who: str, code: str) -> str:
    if code == KEY:
        return "no key"
    if code == PROGRAM or who in LET_IN[code]:
        return "in"
    if who == "anonymous":
        return "sign in"
    return "led home" if code == ADMINISTRATOR else "not found"


def outcome(answer: webtest.TestResponse, name: str) -> str:
    status, location = answer.status_int, answer.location or ""
    if name in ABSENT or TABLE[name].get(answer.request.method) in (ANYBODY, PROGRAM):
        return "in" if status < 500 else "failed"
    if status == 401:
        return "no key"
    if status in (302, 303) and "/users/sign_in" in location:
        return "sign in"
    if status == 303 and location in ("/", "http://localhost/"):
        return "led home"
    if status == 404:
        return "not found"
    return "in" if status < 500 else "failed"


def world(site: Instance, people: Any) -> tuple[dict[str, webtest.TestApp], dict[str, str]]:
    """Somebody of every role in a browser of their own, and the ids of one thing of each kind."""
    owner, owner_browser = people.newcomer("owner@example.com")
    project = people.project(owner, integration_kind="android")
    browsers = {"anonymous": site.browser(), "owner": owner_browser}
    for who in ("stranger", "viewer", "admin"):
        person, browsers[who] = people.newcomer(f"{who}@example.com")
        if who != "stranger":
            people.join(project, person, who)
    _, browsers["administrator"] = people.newcomer("root@example.com")

    token = api_key(site, project)
    send_error(site, token)
    site.send(token, event_type="log")
    check_in(site, token)
    assert ask(site, token).status_int == 201
    site.project_events()
    with site.write() as db:
        values = {
            "full_name": "acme/shop",
            "web_url": "https://github.com",
            "link_template": "",
            "default_branch": "main",
        }
        values |= {"runtime_root": "", "source_root": "", "created_at": site.clock(), "updated_at": site.clock()}
        db.add(SourceRepository(project_id=project.id, provider="github", enabled=True, **values))
    going = people.project(owner, "Going")
    with site.write() as db:
        values = {"project_id": going.id, "project_uuid": going.uuid, "project_name": going.name}
        now = site.clock()
        db.add(ProjectPurge(**values, requested_by_id=owner.id, due_at=now, requested_at=now, removed={}))
        passkey = Passkey(
            user_id=owner.id, name="Laptop", credential_id="id", public_key="key", created_at=site.clock()
        )
        passkey.sign_count = 0
        db.add(passkey)
        now = site.clock()
        values = {"invited_by_id": owner.id, "email": "", "created_at": now, "expires_at": now}
        invited = Invitation(token_digest="a", project_id=project.id, role="viewer", **values)
        invited_alone = Invitation(token_digest="b", **values)
        db.add_all([invited, invited_alone])
    cli_token(site, owner)
    log = next(event for event in site.rows(IngestEvent) if event.event_type == "log")
    return browsers, {
        "project": str(project.uuid),
        "event": str(log.uuid),
        "group": str(group(site).uuid),
        "key": str(site.rows(ApiKey)[0].uuid),
        "member": str(site.rows(ProjectMembership)[0].uuid),
        "purge": str(site.rows(ProjectPurge)[0].uuid),
        "repository": str(site.rows(SourceRepository)[0].uuid),
        # Forms without their token come no further than to say so, also for things that are not there.
        **{name: str(uuid4()) for name in ("change", "link", "session")},
        # Endings that addresses of the API may have.
        "tail": "",
        "passkey": str(passkey.uuid),
        "invitation": str(invited.uuid),
        "account_invitation": str(invited_alone.uuid),
        "cli_token": str(site.rows(CliAccessToken)[0].uuid),
        "monitor": str(monitor(site).uuid),
        "token": str(site.rows(MobileIngestToken)[0].uuid),
        "user": str(owner.uuid),
        "section": "email",
    }


def doors(site: Instance) -> Iterator[tuple[str, str, str]]:
    """Name, pattern and method of everything that answers, static files left out."""
    patterns = {route.name: route.pattern for route in routes(site) if not route.name.startswith("__")}
    of_route = {
        entry["introspectable"]["name"]: entry["introspectable"]["request_methods"]
        for entry in site.registry.introspector.get_category("routes")
    }
    found = {
        (view["route_name"], method)
        for view in views(site)
        if view["route_name"] in patterns
        for method in methods(view["request_methods"] or of_route[view["route_name"]] or "GET")
    }
    # HEAD goes wherever GET does; OPTIONS asks what pages of other sites may send.
    yield from ((name, patterns[name], method) for name, method in sorted(found) if method not in ("HEAD", "OPTIONS"))


def methods(declared: str | tuple[str, ...]) -> tuple[str, ...]:
    return (declared,) if isinstance(declared, str) else declared


def views(site: Instance) -> list[Any]:
    return [entry["introspectable"] for entry in site.registry.introspector.get_category("views")]


def routes(site: Instance) -> Any:
    return site.registry.getUtility(IRoutesMapper).get_routes()


def address_of(name: str, pattern: str, ids: dict[str, str]) -> str:
    def value(part: re.Match[str]) -> str:
        found = WORDS.get((name, part[1]), ids.get(part[1]))
        if found is None:
            pytest.fail(f"{name} has {part[0]} in its address: give `world` such a thing, or a word in WORDS")
        return found

    return re.sub(r"\{(\w+)(?::[^}]+)?\}", value, pattern.replace("*traverse", ""))


def test_every_page_is_looked_at_in_pictures(site: Instance) -> None:
    pages = {name for name, _, method in doors(site) if method == "GET"} - NO_PAGES
    # The page of components is there in development only.
    assert {picture.route for picture in PICTURES} - {"", "web.styleguide"} == pages

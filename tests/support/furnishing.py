"""Projects in the states in which pages are looked at: with nothing in them, one thing, many, long and hostile ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import webtest
from sqlalchemy import select

from factories.cli_tokens import cli_token
from factories.errors import key_error, post_event
from factories.projects import api_key, member, project
from logister_core.accounts.models import User
from logister_core.audit.log import AuditLog
from logister_core.cli_access.models import CliDeviceAuthorization
from logister_core.cli_access.scopes import READ_SCOPES, WRITE_SCOPES
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent
from logister_core.invitations.models import Invitation
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.second_factors.models import AuthenticatorApp, Passkey, RecoveryCode
from logister_core.security.tokens import digest
from logister_core.source_repositories.models import SourceRepository
from logister_core.updates.models import KnownRelease

from .instance import Instance

REPOSITORY = "acme/logister"
HOSTILE = "<script>alert(1)</script>"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitaen" * 6
SENTENCE = "The payment gateway has answered with a status that nobody has ever seen before, and then it went away. "
PEOPLE = ("Bea Okonkwo", "Cy", "Maximiliane Freifrau von Hohenstaufen-Battenberg", "Dmitri", "Émile", "Fatma")
FAILURES = (
    ("TimeoutError", "payment gateway did not answer within 5 s"),
    ("KeyError", "'customer_id'"),
    ("ConnectionResetError", "[Errno 104] connection reset by peer"),
    ("ValueError", "invalid literal for int() with base 10: ''"),
    ("PermissionError", "user may not read invoice"),
)


def furnish(site: Instance, owner: User, browser: webtest.TestApp) -> dict[str, str]:
    """Ids for the addresses of pictures, by name; `browser` is the owner's."""
    _news(site)
    things = {
        "none": str(project(site, owner, name="Nothing yet").uuid),
        "archived": str(project(site, owner, name="Laid to rest", archived_at=site.clock()).uuid),
        "purge": _purge(site, owner, PurgeStatus.RUNNING),
        "stopped": _purge(site, owner, PurgeStatus.FAILED),
        "person": str(owner.uuid),
        "colleague": _colleague(site),
        "pending": str(site.user("pia.pending@example.com", name="", confirmed_at=None).uuid),
    }
    for name, made in (("one", _one(site, owner)), ("full", _full(site, owner)), ("long", _long(site, owner))):
        site.project_events()
        things |= ids(site, name, made)
    _decide(browser, things)
    _identify(site, owner)
    return things | _let_in(site, owner)


def _identify(site: Instance, owner: User) -> None:
    """Entries of the audit log, passkeys and invitations, some of them long."""
    now, long = site.clock(), f"{'somebody.with.a.long.name.' * 4}@example.com"
    with site.write() as db:
        log = AuditLog(db, site.clock, site.registry.audit_actions, actor=owner, ip="2001:db8:85a3::8a2e:370:7334")
        log.record("account.signed_in", method="password and passkey")
        log.record("member.added", subject=owner, project="Shop", role="viewer")
        log.record("project.archived", subject=db.scalar(select(Project).where(Project.owner_id == owner.id).limit(1)))
        AuditLog(db, site.clock, site.registry.audit_actions, ip="192.0.2.7").record(
            "account.sign_in_failed", address_hash="Zq0v2rN8y3TkPd1x"
        )
        for name, email in (
            ("Laptop", "bo@example.com"),
            ("A security key with quite a long name, in the drawer", long),
        ):
            db.add(
                Passkey(user_id=owner.id, name=name, credential_id=name, public_key="", sign_count=0, created_at=now)
            )
            values = {
                "email": email,
                "invited_by_id": owner.id,
                "created_at": now,
                "expires_at": now + timedelta(days=7),
            }
            db.add(Invitation(token_digest=email, **values))
        for number in range(10):
            db.add(RecoveryCode(user_id=owner.id, digest=str(number), created_at=now))


def _let_in(site: Instance, owner: User) -> dict[str, str]:
    """Programs that read, some with long names; codes of logins that wait, and of one that was denied."""
    now = site.clock()
    shop = project(site, owner, name="For programs")
    cli_token(site, owner, name="Logister CLI device login", last_used_at=now - timedelta(hours=3))
    cli_token(site, owner, shop, name=f"{LONG_WORD[:80]} device login", scopes=["projects:read"])
    cli_token(site, owner, name="An agent device login", revoked_at=now - timedelta(days=2))
    cli_token(site, owner, name=f"{HOSTILE} device login", expires_at=now - timedelta(days=4))
    values = {
        "client_name": "Logister CLI",
        "ip": "2001:db8:85a3::8a2e:370:7334",
        "requested_scopes": list(READ_SCOPES),
    }
    values |= {"created_at": now - timedelta(minutes=1), "expires_at": now + timedelta(days=1)}
    codes = {"cli_login": "K7QM-3XWD", "cli_login_reading": "H2PA-9RTC", "cli_login_denied": "B4ZN-6VEJ"}
    changes: dict[str, dict[str, Any]] = {
        "cli_login": {"requested_scopes": [*READ_SCOPES, *WRITE_SCOPES], "client_name": LONG_WORD[:80]},
        "cli_login_denied": {"status": "denied", "denied_at": now, "user_id": owner.id},
    }
    with site.write() as db:
        for name, code in codes.items():
            digests = {"device_code_digest": name, "user_code_digest": digest(code.replace("-", ""))}
            db.add(CliDeviceAuthorization(**digests | values | changes.get(name, {})))
    return codes


def _colleague(site: Instance) -> str:
    """Somebody with second factors, whom administrators look at."""
    user, now = site.user("clara.with.quite.a.long.address@subsidiary.example.com", name="Clara"), site.clock()
    with site.write() as db:
        db.add(AuthenticatorApp(user_id=user.id, sealed_secret="", created_at=now, confirmed_at=now))
        key = {"credential_id": "clara", "public_key": "", "sign_count": 0}
        db.add(Passkey(user_id=user.id, name="Laptop", created_at=now, **key))
        db.add(RecoveryCode(user_id=user.id, digest="clara", created_at=now))
    return str(user.uuid)


def ids(site: Instance, name: str, of: Project) -> dict[str, str]:
    """`{name}`, `{name}_group` and `{name}_log`: a project, its latest error and its latest log."""
    with site.read() as db:
        group = db.scalar(
            select(ErrorGroup.uuid).where(ErrorGroup.project_id == of.id).order_by(ErrorGroup.last_seen_at.desc())
        )
        log = db.scalar(
            select(IngestEvent.uuid)
            .where(IngestEvent.project_id == of.id, IngestEvent.event_type == "log")
            .order_by(IngestEvent.occurred_at.desc())
        )
    return {name: str(of.uuid), f"{name}_group": str(group), f"{name}_log": str(log)}


def _news(site: Instance) -> None:
    """Of a newer release, in the bell."""
    values = {"title": SENTENCE.strip()[:120], "url": f"https://github.com/{REPOSITORY}/releases/tag/v9.10.1"}
    with site.write() as db:
        db.add(KnownRelease(repository=REPOSITORY, version="9.10.1", checked_at=site.clock(), **values))


def _purge(site: Instance, owner: User, status: PurgeStatus) -> str:
    """A deletion that goes on, or that was stopped and waits."""
    now = site.clock()
    gone = project(site, owner, name=f"Going away, {status.word}", archived_at=now, purge_requested_at=now)
    failed = {
        "attempts": 2,
        "failed_at": now - timedelta(minutes=5),
        "last_error": "OperationalError: database is locked",
    }
    with site.write() as db:
        purge = ProjectPurge(
            project_id=gone.id,
            project_uuid=gone.uuid,
            project_name=gone.name,
            requested_by_id=owner.id,
            status=status.value,
            due_at=now + timedelta(hours=1),
            requested_at=now - timedelta(hours=2),
            removed={"events": 184_000, "spans": 12},
            **failed if status is PurgeStatus.FAILED else {},
        )
        db.add(purge)
    return str(purge.uuid)


def _one(site: Instance, owner: User) -> Project:
    one = project(site, owner, name="Just begun", description="The first of its kind.")
    token = api_key(site, one)
    post_event(site, token, **key_error())
    site.post("/api/v1/check_ins", {"check_in": {"slug": "nightly", "status": "ok"}}, token)
    site.post("/api/v1/deployments", {"deployment": {"release": "1.4.2", "environment": "production"}}, token)
    return one


def _full(site: Instance, owner: User) -> Project:
    """More than one screen of everything."""
    full = project(site, owner, name="Shop of many things", description="Orders, payments and invoices.")
    token = api_key(site, full, name="web")
    for number in range(6):
        api_key(site, full, name=f"worker {number}", revoked_at=site.clock() if number == 3 else None)
    for number, name in enumerate(PEOPLE):
        member(site, full, ("viewer", "admin")[number % 2], site.user(f"person{number}@example.com", name=name))
    for number in range(60):
        kind, message = FAILURES[number % len(FAILURES)]
        frames = [{"filename": f"shop/part{number}.py", "lineno": 12, "name": "process", "context_line": "charge()"}]
        exception = {"class": kind, "message": message, "frames": frames}
        context = {"environment": "production", "release": f"1.{number // 4}.0", "user_id": str(number)}
        context |= {"exception": exception, "transaction_name": f"POST /part/{number}"}
        at = site.clock() - timedelta(minutes=7 * number + 1)
        post_event(site, token, f"{kind}: {message}", at=at, context=context)
        if number % 3 == 0:
            deployment = {"release": f"1.{number // 4}.0", "environment": ("production", "staging")[number % 2]}
            deployment |= {"commit_sha": f"{number:02}9f3c1ab" * 4, "repository": "acme/shop"}
            site.post("/api/v1/deployments", {"deployment": deployment}, token)
    for number in range(14):
        values = {
            "slug": f"job-{number}",
            "status": ("ok", "ok", "error")[number % 3],
            "expected_interval_seconds": 3600,
        }
        site.post("/api/v1/check_ins", {"check_in": values}, token)
    for number, kind in enumerate(("log", "metric", "transaction", "log") * 8):
        level = ("debug", "info", "warning", "error")[number // 4 % 4]
        post_event(site, token, f"order {number} went through the till", event_type=kind, level=level)
    with site.write() as db:
        for name in ("shop", "billing"):
            values = {"full_name": f"acme/{name}", "web_url": "https://github.com", "link_template": ""}
            values |= {"default_branch": "main", "runtime_root": "", "source_root": "", "enabled": name == "shop"}
            values |= {"created_at": site.clock(), "updated_at": site.clock()}
            db.add(SourceRepository(project_id=full.id, provider="github", **values))
    return full


def _decide(browser: webtest.TestApp, things: dict[str, str]) -> None:
    """Let the latest error of the full project have a past, and some of the others their states."""
    base = f"/projects/{things['full']}"
    page = browser.get(f"{base}/inbox?filter=all").html
    csrf = page.find("input", {"name": "csrf_token"})["value"]
    rows = [row["data-group"] for row in page.select("[data-group]")]

    def press(path: str, *fields: tuple[str, str]) -> None:
        browser.post(f"{base}/error_groups/{path}", [("csrf_token", csrf), *fields], status=303)

    latest = things["full_group"]
    others = [row for row in rows if row != latest]
    chosen = [("group_uuid", row) for row in (latest, *others[:2])]
    press("bulk", ("action", "merge"), ("survivor", latest), *chosen)
    press(f"{latest}/resolve")
    press(f"{latest}/reopen")
    link = "https://github.com/acme/shop/issues/1"
    press(f"{latest}/external_links", ("error_group_external_link[url]", link))
    press(f"{others[3]}/ignore")
    press(f"{others[4]}/snooze", ("snooze", "week"))
    press(f"{others[5]}/resolve", ("resolution", "next_release"))
    people = browser.get(f"{base}/inbox?filter=all&group_uuid={latest}").html
    for group, button in zip((latest, *others[6:9]), people.select("#assign button"), strict=False):
        press(f"{group}/assignment", ("assigned_user_id", button["value"]))


def _long(site: Instance, owner: User) -> Project:
    long = project(site, owner, name=f"{HOSTILE} {LONG_WORD}"[:100], slug="long", description=SENTENCE * 4)
    token = api_key(site, long, name=LONG_WORD[:100])
    member(site, long, "viewer", site.user(f"{LONG_WORD[:60]}@{LONG_WORD[:50].lower()}.example", name=LONG_WORD[:100]))
    for event in _long_events():
        site.send(token, **event)
    site.post("/api/v1/check_ins", {"check_in": {"slug": LONG_WORD[:100], "status": "error"}}, token)
    deployment = {"release": LONG_WORD[:80], "environment": LONG_WORD[:60], "repository": f"acme/{LONG_WORD[:60]}"}
    site.post("/api/v1/deployments", {"deployment": deployment | {"commit_sha": "9f3c1ab" * 5}}, token)
    return long


def _long_events() -> Iterator[dict[str, Any]]:
    frames = [
        {"filename": "p/" * 300 + "orders.py", "lineno": 10**6, "name": LONG_WORD, "context_line": "x = " + "y" * 900}
    ]
    context = {
        "environment": LONG_WORD[:80],
        "release": LONG_WORD[:80],
        "service": LONG_WORD[:80],
        "transaction_name": f"POST /{LONG_WORD}",
        "request_id": "r1",
        "user": {"id": LONG_WORD, "name": "\u202eemosewa\u202c " + "🦄" * 40},
        "tags": {LONG_WORD: LONG_WORD},
        "note": HOSTILE + "z" * 3_000,
    }
    exception = {"class": LONG_WORD, "message": HOSTILE + SENTENCE * 10, "frames": frames}
    yield {"message": f"{LONG_WORD}: {HOSTILE}", "context": context | {"exception": exception}}
    yield {"message": HOSTILE, "context": {"environment": "staging"}}
    yield {"message": "\u202egnorw si txet fo noitcerid ehT\u202c " + "🦄" * 200}
    yield {"event_type": "log", "level": LONG_WORD[:40], "message": LONG_WORD * 3, "context": context}
    yield {
        "event_type": "log",
        "level": "warning",
        "message": SENTENCE * 20 + "\nAnd a second line.",
        "context": context,
    }
    yield {"event_type": "log", "level": "error", "message": HOSTILE, "context": {"service": "web"}}
    yield {"event_type": "metric", "message": LONG_WORD, "context": {"value": 10**18, "unit": LONG_WORD[:60]}}
    yield {
        "event_type": "transaction",
        "message": f"GET /{LONG_WORD}",
        "context": {"duration_ms": 10**9, "status": 500},
    }

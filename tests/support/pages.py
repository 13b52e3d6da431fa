"""Every page there is, with the states in which it is looked at: for pictures and for the accessibility check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from factories.projects import api_key, project
from logister_core.accounts.models import User
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge

from .instance import Instance

HOSTILE = "<script>alert(1)</script>"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitaen" * 6
SENTENCE = "The payment gateway has answered with a status that nobody has ever seen before, and then it went away. "


@dataclass(frozen=True)
class Picture:
    """`path` names things in braces; `route` is its route, `refused` sends its form empty, `whole` shows all of it."""

    name: str
    route: str
    path: str
    signed_in: bool = True
    refused: bool = False
    whole: bool = True


def _of_projects() -> Iterator[Picture]:
    """Many things, none at all, and long and hostile ones."""
    for state in ("many", "none", "long"):
        base = f"/projects/{{{state}}}"
        suffix = "" if state == "many" else f"-{state}"
        yield Picture(f"home{suffix}", "projects.home", base)
        yield Picture(f"inbox{suffix}", "inbox", f"{base}/inbox", whole=False)
        yield Picture(f"activity{suffix}", "events.activity", f"{base}/activity?period=30d")
        yield Picture(f"monitors{suffix}", "monitors.index", f"{base}/monitors")
        yield Picture(f"releases{suffix}", "releases.index", f"{base}/releases")
        yield Picture(f"deployments{suffix}", "deployments.index", f"{base}/deployments")
        yield Picture(f"setup{suffix}", "projects.setup", f"{base}/setup")
        if state != "none":
            for tab in ("stacktrace", "context", "occurrences", "related_logs"):
                path = f"{base}/inbox?group_uuid={{{state}_group}}&filter=all&tab={tab}"
                yield Picture(f"detail-{tab}{suffix}", "inbox", path)
            yield Picture(f"event{suffix}", "events.show", f"{base}/events/{{{state}_log}}")


PICTURES = (
    Picture("sign-in", "accounts.sign_in", "/users/sign_in", signed_in=False),
    Picture("sign-in-refused", "accounts.sign_in", "/users/sign_in", signed_in=False, refused=True),
    Picture("landing", "web.root", "/", signed_in=False),
    Picture("text", "public_pages.text", "/about", signed_in=False),
    Picture("not-found", "", "/nowhere"),
    Picture("projects", "projects.index", "/projects"),
    Picture("new-project", "projects.new", "/projects/new"),
    Picture("new-project-refused", "projects.new", "/projects/new", refused=True),
    Picture("inbox-all", "inbox.all", "/inbox"),
    Picture("rate-limit", "projects.rate_limit", "/projects/{many}/rate_limit"),
    Picture("edit", "projects.edit", "/projects/{many}/edit"),
    Picture("grouping", "grouping", "/projects/{many}/grouping"),
    Picture("delete", "purges.delete", "/projects/{none}/delete"),
    Picture("deletion", "purges.show", "/project_purges/{purge}"),
    *(
        Picture(f"settings-{section}", "projects.settings", f"/projects/{{many}}/settings?section={section}")
        for section in ("general", "team", "integrations", "admin", "danger")
    ),
    *_of_projects(),
    Picture("inbox-no-match", "inbox", "/projects/{many}/inbox?q=nothing+like+this"),
    Picture("activity-no-match", "events.activity", "/projects/{many}/activity?q=nothing+like+this&level=fatal"),
    Picture(
        "activity-search", "events.activity", "/projects/{many}/activity?period=30d&q=order&environment=production"
    ),
    Picture("inbox-archived", "inbox", "/projects/{archived}/inbox"),
    Picture("styleguide", "web.styleguide", "/_styleguide"),
)

# GET addresses that show no page of their own.
NO_PAGES = {
    "api.openapi",
    "api_keys.index",
    "error_groups.export",
    "events.activity_event",
    "events.markdown",
    "health.check",
    "health.up",
    "inbox.all.news",
    "inbox.all.offers",
    "inbox.events",
    "inbox.news",
    "inbox.offers",
    "installation.setup",
    "projects.allowed_origins",
    "projects.first_event",
    "projects.member",
    "projects.members",
    "public_pages.docs",
    "public_pages.docs_page",
    "public_pages.robots",
    "public_pages.sitemap",
    "source_repositories.index",
    "source_repositories.show",
}


def furnish(site: Instance, owner: User) -> dict[str, str]:
    """Projects of `owner` with nothing in them, and with long and hostile texts; ids for the addresses of pictures."""
    empty = project(site, owner, name="Nothing yet")
    archived = project(site, owner, name="Laid to rest", archived_at=site.clock())
    going = project(site, owner, name="Going away", archived_at=site.clock())
    now = site.clock()
    with site.write() as db:
        values = {"project_id": going.id, "project_uuid": going.uuid, "project_name": going.name, "status": "running"}
        removed = {"events": 184_000, "spans": 12}
        purge = ProjectPurge(**values, requested_by_id=owner.id, due_at=now, requested_at=now, removed=removed)
        db.add(purge)
    long = project(site, owner, name=f"{HOSTILE} {LONG_WORD}"[:100], slug="long")
    token = api_key(site, long, name=LONG_WORD[:100])
    for event in _long_events():
        site.send(token, **event)
    site.post("/api/v1/check_ins", {"check_in": {"slug": LONG_WORD[:100], "status": "error"}}, token)
    deployment = {"release": LONG_WORD[:80], "environment": LONG_WORD[:60], "repository": f"acme/{LONG_WORD[:60]}"}
    site.post("/api/v1/deployments", {"deployment": deployment | {"commit_sha": "9f3c1ab" * 5}}, token)
    site.project_events()
    return {
        "none": str(empty.uuid),
        "archived": str(archived.uuid),
        "purge": str(purge.uuid),
        **ids(site, "long", long),
    }


def ids(site: Instance, name: str, of: Project) -> dict[str, str]:
    """`{name}`, `{name}_group` and `{name}_log` of a project that has such things."""
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

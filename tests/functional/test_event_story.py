"""What a detail tells beside its event: numbers, deployment, trace, impact, Markdown, evidence (chapter 20 §14–17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event

from factories.errors import frame, group, key_error
from factories.shop import Shop
from logister_core.events.evidence.models import EvidenceAccessAudit
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def facts(page: Any) -> str:
    return " ".join(page.html.select_one(".detail-facts").get_text(" ").split())


def test_the_numbers_of_the_group_stand_below_its_title(shop: Shop) -> None:
    now = shop.site.clock()
    for hours, user in ((0, "7"), (0, "7"), (5, "8"), (24 * 3, "9"), (24 * 40, None)):
        shop.post(fingerprint="f", at=now - timedelta(hours=hours), context={"user_id": user} if user else {})
    shop.site.project_events()
    page = shop.open()
    assert facts(page).startswith("5 events 3 people first 11 Oct 2026")
    title = page.html.select_one(".detail-facts span[title]")["title"]
    assert title == "3 people, told apart by user id"
    hours, days = (chart["aria-label"] for chart in page.html.select(".detail-frequency svg"))
    assert hours == f"Events per hour, 24 hours: {', '.join(['0'] * 18 + ['1', '0', '0', '0', '0', '2'])}; total 3"
    assert days.endswith("0, 1, 0, 0, 3; total 4")


def test_case_20_40_the_deployment_an_error_started_after(shop: Shop) -> None:
    now = shop.site.clock()
    for minutes, release, commit in (
        (3 * 24 * 60, "1.4.1", "aaaaaaa"),
        (45, "1.4.2", "bbbbbbb"),
        (-60, "1.4.3", "ccccccc"),
    ):
        told = {"release": release, "commit_sha": commit, "repository": "acme/shop",
                "deployed_at": (now - timedelta(minutes=minutes)).isoformat()}  # fmt: skip
        assert shop.site.post("/api/v1/deployments", {"deployment": told}, shop.token).status_int == 201
    uuid = shop.post(release="1.4.2")
    shop.site.project_events()
    page = shop.event(uuid)
    [line] = [line for line in page.html.select(".detail-news") if "deployed" in line.text]
    assert " ".join(line.text.split()) == ("Started 45 minutes after 1.4.2 was deployed. Commit bbbbbbb · Changes")
    assert [link["href"] for link in line.select("a")] == [
        "https://github.com/acme/shop/commit/bbbbbbb",
        "https://github.com/acme/shop/compare/aaaaaaa...bbbbbbb",
    ]
    context = " ".join(shop.event(uuid, tab="context").html.get_text(" ").split())
    assert "Deployed 45 minutes before the first occurrence" in context
    assert "Before it 1.4.1 at aaaaaaa" in context
    # An unknown release: the last deployment before, which is near enough to be mentioned.
    shop.post("other", release="9.9")
    shop.site.project_events()
    assert "after the deployment of 1.4.2, the last one before it." in " ".join(shop.open().html.get_text(" ").split())


def test_the_trace_is_drawn_with_the_span_that_failed(shop: Shop) -> None:
    now = shop.site.clock()
    for name, parent, after, length, status in (
        ("root", None, 0, 400, "ok"), ("child", "root", 100, 200, "error"), ("<b>late</b>", "root", 380, 10, None),
    ):  # fmt: skip
        shop.post(
            name, event_type="span",
            context={"trace_id": "t-1", "span_id": name, "parent_span_id": parent, "duration_ms": length,
                     "status": status, "started_at": (now + timedelta(milliseconds=after)).isoformat()},
        )  # fmt: skip
    shop.post("elsewhere", event_type="span", context={"trace_id": "t-2", "span_id": "x", "duration_ms": 5})
    uuid = shop.post(context={"trace_id": "t-1", "span_id": "child"}, at=now + timedelta(milliseconds=250))
    page = shop.event(uuid, tab="related_logs")
    names = [" ".join(name.get_text(" ").split()) for name in page.html.select(".span-name")]
    assert [name.split()[0] for name in names] == ["root", "child", "<b>late</b>"]
    assert page.html.select(".span-bar.is-here")[0].select_one(".span-status").text.strip() == "error"
    assert "elsewhere" not in page
    assert page.html.select_one(".waterfall b") is None


def test_occurrences_say_who_and_what_is_affected(shop: Shop) -> None:
    for number in range(4):
        shop.post(fingerprint="f", release=f"1.{number % 2}", context={"user_id": str(number), "session_id": "s"})
    shop.site.project_events()
    impact = shop.open(tab="occurrences").html.select_one(".impact")
    words = " ".join(impact.get_text(" ").split())
    assert words.startswith("Of the latest 4 occurrences: 4 people, 1 session.")
    assert [facet.text for facet in impact.select("h2")] == ["Release"]
    assert [value.text for value in impact.select(".facet-value")] == ["1.0", "1.1"]


def test_an_event_as_markdown_for_a_ticket(shop: Shop) -> None:
    uuid = shop.post(**key_error())
    shop.site.project_events()
    [link] = shop.open().html.select(".menu-item[data-copy-from]")
    answer = shop.browser.get(link["href"])
    assert answer.content_type == "text/markdown"
    assert answer.text.splitlines()[:9] == [
        "# `KeyError: 'customer_id'`",
        "",
        "`shop/orders.py in process · POST /orders · production`",
        "",
        "- Happened: 1 event, 1 person",
        "- First seen: 20 Nov 2026, 12:00 UTC in `1.4.2`",
        "- Last seen: 20 Nov 2026, 12:00 UTC in `1.4.2`",
        "- State: unresolved",
        "- Deployment: Started with 1.4.2.",
    ]
    assert f"Event: {shop.site.settings.product.public_url}{shop.path}/events/{uuid}" in answer.text
    assert "hunter2" not in answer.text
    assert "## Stack" in answer.text
    # Also before it is grouped, and for what is no error; of another project there is nothing.
    for event in (shop.post(**key_error()), shop.post("queue is long", event_type="log")):
        assert shop.browser.get(f"{shop.path}/events/{event}/markdown").text.startswith("# ")
    _, stranger = shop.people.newcomer("eve@example.com")
    stranger.get(link["href"], status=404)
    other = shop.people.project(shop.owner, "Other")
    shop.browser.get(f"/projects/{other.uuid}/events/{uuid}/markdown", status=404)


def test_case_20_38_evidence_without_redaction_is_handed_out_on_record(shop: Shop) -> None:
    uuid = shop.post(context={"token": "t0psecret", "request_id": "r"})
    path = f"{shop.path}/events/{uuid}/original_evidence"
    form = next(form for form in shop.event(uuid, tab="context").forms.values() if form.action == path)
    form["reason"] = "short"
    assert form.submit(status=422).json == {"errors": ["Reason must have 10 to 500 characters."]}
    assert shop.site.count(EvidenceAccessAudit) == 0
    form["reason"] = "Asked by the customer"[:20]
    answer = form.submit()
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Pragma"] == "no-cache"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="logister-evidence-{uuid}.json"'
    assert answer.json["context"]["token"] == "t0psecret"
    [audit] = shop.site.rows(EvidenceAccessAudit)
    assert answer.json["evidence_access"]["audit_uuid"] == str(audit.uuid)
    assert (audit.user_id, audit.ingest_event_uuid) == (shop.owner.id, uuid)
    kept = repr({column.name: getattr(audit, column.name) for column in audit.__table__.columns})
    assert "t0psecret" not in kept
    assert "127.0.0.1" not in kept

    viewer, viewing = shop.people.newcomer("vera@example.com")
    shop.people.join(shop.project, viewer, "viewer")
    page = viewing.get(f"{shop.path}/events/{uuid}", {"tab": "context"})
    assert "original_evidence" not in page
    token = viewing.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    viewing.post(path, {"csrf_token": token, "reason": "I would like to see it"}, status=404)
    assert shop.site.count(EvidenceAccessAudit) == 1


@pytest.mark.parametrize(
    ("tab", "most"), [("stacktrace", 20), ("context", 20), ("occurrences", 20), ("related_logs", 20)]
)
def test_a_page_asks_the_database_as_often_for_much_as_for_little(shop: Shop, tab: str, most: int) -> None:
    shop.post(**key_error())
    shop.site.project_events()
    little = queries(shop, tab)
    now = shop.site.clock()
    for number in range(60):
        shop.post(**key_error(), at=now - timedelta(seconds=number + 1))
        shop.post("line", event_type="log", at=now - timedelta(seconds=number), context={"request_id": "req-77"})
    shop.site.project_events()
    much = queries(shop, tab)
    print(f"{tab}: {much} queries")
    assert much == little <= most


def queries(shop: Shop, tab: str) -> int:
    """How many statements the page of the newest event needs."""
    newest = group(shop.site).latest_event_uuid
    shop.event(newest, tab=tab)
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    sql_event.listen(shop.site.registry.engine, "before_cursor_execute", note)
    try:
        shop.event(newest, tab=tab)
    finally:
        sql_event.remove(shop.site.registry.engine, "before_cursor_execute", note)
    return len(statements)


def test_values_of_any_size_are_cut_and_never_markup(shop: Shop) -> None:
    long = "x" * 30_000
    hostile = "<script>alert(1)</script>\"'&\u202e" + "y" * 300
    context = {
        "exception": {
            "class": hostile,
            "message": hostile,
            "detail": hostile,
            "frames": [frame(f"shop/{hostile}.py", 9, hostile, context_line=hostile, locals={hostile: long})],
        },
        "breadcrumbs": [{"category": hostile, "message": hostile}],
        "locals": {hostile: hostile},
        "request_id": "r",
        "trace_id": "t",
        "release": hostile[:200],
        hostile: hostile,
    }
    uuid = shop.post(hostile, context=context)
    shop.post(hostile, event_type="log", context={"request_id": "r"})
    shop.post(hostile, event_type="span", context={"trace_id": "t", "span_id": hostile, "duration_ms": 3})
    shop.site.project_events()
    for name in ("stacktrace", "context", "occurrences", "related_logs"):
        page = shop.open(tab=name, event_uuid=uuid)
        assert "<script>alert" not in page
        assert len(page.text) < 400_000


def test_logs_are_looked_up_by_the_ids_they_share(shop: Shop) -> None:
    uuid = shop.post(context={"request_id": "r", "trace_id": "t", "session_id": "s", "user_id": "u"})
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "UNION ALL" in statement:
            asked.append((statement, parameters))

    engine = shop.site.registry.engine
    sql_event.listen(engine, "before_cursor_execute", note)
    try:
        shop.event(uuid, tab="related_logs")
    finally:
        sql_event.remove(engine, "before_cursor_execute", note)
    [(statement, parameters)] = asked
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        else:
            # With a handful of rows reading all of them would be right.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        words = "\n".join(str(row) for row in plan)
    for column in ("trace_id", "request_id", "session_id", "end_user_id"):
        assert f"project_id_{column}_occurred_at" in words

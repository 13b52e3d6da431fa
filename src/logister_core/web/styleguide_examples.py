"""Demonstration values for the component page; each example's template is shown and rendered as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace as Values
from typing import Any

from chameleon import PageTemplateFile
from markupsafe import Markup

from logister_core.web import formatting
from logister_core.web.components import Components
from logister_core.web.formatting import ago_text, middle_cut, plural, time_text
from logister_core.web.inbox_row import InboxRow
from logister_core.web.sparkline import sparkline

TEMPLATES = Path(__file__).parent / "templates" / "styleguide"

# File name, heading, what to know before using it.
EXAMPLES = (
    ("page_head", "Page head", "One h1 per page. Actions stand to the right and are quiet."),
    ("section_head", "Section head", ""),
    ("buttons", "Buttons and menus", "One primary button per view. A menu is a details element with data-menu."),
    ("badges", "Badges, states, event types", "A badge only for what differs from the normal case."),
    ("messages", "Messages", "Flash after an action, notice as long as a state lasts."),
    (
        "bell",
        "Bell",
        "In the bar. It counts only what was not dismissed, and is not there on phones when it has nothing to tell.",
    ),
    ("numbers", "Numbers, times, sparkline", "fmt.count and fmt.ago carry the exact value on hover."),
    ("toolbar", "Status links and search", "The search field of a page has the id search: / focuses it."),
    ("inbox_bar", "Inbox bar", "What is not understood is said below; what arrived lies over the list."),
    ("chips", "Filters that are set", "Written as they are typed; pressing one removes it."),
    ("inbox_list", "Inbox list", "data-list gives j, k, x and Enter. The row is one link."),
    ("selection_bar", "Selection", "Below the list, where it sticks to the foot of the window while a row is marked."),
    ("inbox_panes", "List and detail", "has-detail makes two panes from 1200 px on; below, the detail is the page."),
    ("detail_head", "Detail head and tabs", "Four lines that can be pasted into a ticket."),
    ("stack", "Stack", "The failing frame open, library frames folded."),
    ("context", "Context", "Value Markup is kept, text is escaped, None is a dash."),
    ("trace", "Trace", "Bars are drawn in thousandths of the trace, since style attributes are forbidden."),
    ("logs", "Related logs", ""),
    ("tables", "Table: monitors", "With stacked, rows become small sheets on phones."),
    ("deployments", "Table: deployments", ""),
    ("projects", "Project list", ""),
    ("figures", "Figures", ""),
    ("steps", "Setup steps", ""),
    ("token", "Token shown once", ""),
    ("code", "Code and commands", ""),
    ("forms", "Forms", "Labels above, hints before the field, errors at the field and above the form."),
    ("confirm", "Confirmation", "Dangerous things ask for a word; no dialogs."),
    ("empty", "Empty page", "What will be here, why it is empty, one next step."),
)


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    title: str
    note: str
    source: str
    shown: Markup


def examples() -> dict[str, Any]:
    """Values of templates/styleguide.pt; times are relative to a fixed moment, so that screenshots compare."""
    values = demonstration(datetime(2026, 11, 22, 21, 57, tzinfo=UTC))
    components = Components()
    shown = []
    for name, title, note in EXAMPLES:
        path = TEMPLATES / f"{name}.pt"
        html = PageTemplateFile(str(path)).render(fmt=formatting, ui=components, **values)
        # Rendered by a template of ours, which has escaped every value.
        shown.append(Example(name, title, note, path.read_text("utf-8").strip(), Markup(html)))  # noqa: S704
    return {"examples": shown}


def demonstration(now: datetime) -> dict[str, Any]:
    """One value of each shape the components read, hostile and long texts among them."""
    then = now - timedelta(minutes=2)
    return {
        "now": now,
        "then": then,
        "trend30": [0, 0, 1, 0, 2, 4, 3, 0, 0, 0, 1, 2, 8, 14, 9, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 6, 21, 34, 18],
        "groups": _groups(now),
        "news": [
            Values(
                key="release_update:2.1.1",
                title="Update available",
                what="Logister 2.1.1",
                note="Fewer false alarms",
                text="This installation runs 2.1.0.",
                href="#",
            )
        ],
        "selection": Values(
            action="#",
            fields=[],
            buttons=[("resolve", "Resolve", None), ("ignore", "Ignore", None), ("merge", "Merge", None)],
            assignees=[("1", "Me"), ("2", "Jonas"), ("", "Nobody")],
        ),
        "filters": [
            Values(label="Open", href="#", current=True, count=12),
            Values(label="New today", href="#", current=False, count=3),
            Values(label="Mine", href="#", current=False, count=4),
            Values(label="Resolved", href="#", current=False, count=None),
            Values(label="Ignored", href="#", current=False, count=None),
            Values(label="All", href="#", current=False, count=None),
        ],
        "chips": [
            Values(label="level:error", href="#"),
            Values(label="env:staging", href="#"),
            Values(label="“timeout”", href="#"),
        ],
        "tabs": [
            Values(label="Stack", href="#", current=True, count=None),
            Values(label="Context", href="#", current=False, count=None),
            Values(label="Occurrences", href="#", current=False, count=1214),
            Values(label="Related logs", href="#", current=False, count=6),
        ],
        "monitors": _monitors(now),
        "deployments": _deployments(now),
        "projects": _projects(now),
        "logs": _logs(),
        "snippet": SNIPPET,
        "kinds": [
            ("http_api", "Manual / HTTP API", "Any program that can send JSON."),
            ("python", "Python", "The logister-python package, with FastAPI, Django, Flask and Celery."),
            ("javascript", "JavaScript / TypeScript", "The logister-js package, for Node and Express."),
        ],
        **_frames(),
        **_context(),
    }


SNIPPET = """\
from logister import LogisterClient

client = LogisterClient.from_env()
client.capture_message("Hello from production", level="error")
"""


def _groups(now: datetime) -> list[InboxRow]:
    def group(minutes: int, error: str, value: str, where: str, **more: Any) -> InboxRow:
        facts = {"events": 1, "people": None, "note": None, "owner": None} | more
        last = now - timedelta(minutes=minutes)
        return InboxRow(
            uuid=f"00000000-0000-7000-8000-{minutes:012d}",
            href="#",
            project=None,
            type=error,
            value=middle_cut(value, 160),
            title=f"{error}: {value}",
            told=f"{plural(facts['events'], 'event')}, last {time_text(last)}",
            where=where,
            spark=sparkline(facts.pop("trend", [0, 0, 0, 0, 0, 0, 1]), label="Events per day"),
            last=ago_text(last, now, short=True),
            selected=minutes == 14,
            **facts,
        )

    return [
        group(
            2, "KeyError", "'customer_id'", "shop/orders.py in process · POST /orders", owner="Ana Lind",
            events=1214, people=("38", "38 people"), trend=[1, 1, 2, 1, 5, 7, 2], note=("danger", "regressed in 1.4.2"),
        ),
        group(
            14, "TimeoutError", "payment gateway did not answer within 5 s",
            "shop/payments.py in charge · worker.charge_order",
            events=214, people=("1", "1 person"), trend=[2, 2, 2, 3, 2, 2, 2], note=("info", "new"),
        ),
        group(
            55, "sqlalchemy.exc.IntegrityError",
            '(psycopg.errors.UniqueViolation) duplicate key value violates unique constraint "uq_orders_number" '
            "DETAIL: Key (number)=(2026-11-00481) already exists.",
            "shop/checkout/persistence/order_repository.py in insert_with_generated_number · POST /checkout/complete",
            events=38_120, people=("10k+", "10,000 or more people"), trend=[40, 52, 47, 61, 58, 49, 55],
        ),
        group(260, "TypeError", "<script>alert(1)</script> is not a function", "static/basket.js in render"),
        group(3000, "", "Background sync stopped", "", events=3, trend=[0, 1, 0, 1, 1, 0, 0], owner="Jonas"),
    ]  # fmt: skip


def _monitors(now: datetime) -> list[Values]:
    def monitor(slug: str, kind: str, state: str, minutes: int | None, every: int) -> Values:
        runs = [("ok", "in time")] * 27 + [(kind, state)] * 3
        last = None if minutes is None else now - timedelta(minutes=minutes)
        return Values(
            slug=slug,
            environment="production",
            kind=kind,
            state=state,
            last=last,
            every=every,
            runs=runs if last else [],
            runs_text=f"Last runs: 27 in time, then 3 {state.lower()}",
        )

    return [
        monitor("nightly-backup", "failing", "Missed", 1900, 86400),
        monitor("sync-stock", "late", "Late", 12, 600),
        monitor("send-newsletter-to-all-subscribers-of-the-northern-region", "ok", "Running", 3, 300),
        monitor("rebuild-search", "paused", "Paused", None, 3600),
    ]


def _deployments(now: datetime) -> list[Values]:
    return [
        Values(release=f"1.4.{2 - days}", source="api", environment="production", commit=commit, branch="main",
               repository="example/shop", at=now - timedelta(days=3 * days, hours=2))
        for days, commit in enumerate(("9f3c1ab", "04d2e77", "b81c0fe"))
    ]  # fmt: skip


def _projects(now: datetime) -> list[Values]:
    return [
        Values(name="Shop", kind="Python", trend=[40, 52, 47, 61, 58, 49, 55], open=12, week=38120,
               last=now - timedelta(minutes=2)),
        Values(name="Warehouse sync", kind="Manual / HTTP API", trend=[0, 0, 3, 0, 0, 1, 0], open=0, week=4,
               last=now - timedelta(hours=9)),
        Values(name="Billing and invoicing for the northern region", kind="Ruby gem", trend=[0] * 7, open=0, week=0,
               last=None),
    ]  # fmt: skip


def _logs() -> list[Values]:
    return [
        Values(time="21:57:12.011", level="info", message="order 2026-11-00481 received", service="web"),
        Values(time="21:57:12.240", level="warning", message="customer missing, trying session", service="web"),
        Values(time="21:57:12.402", level="error", message="process failed for order 2026-11-00481", service="web"),
    ]


def _frames() -> dict[str, Any]:
    source = [
        "def process(order: dict, session: Session) -> Receipt:",
        '    """Charge the order and return its receipt."""',
        "    lines = [Line.from_dict(line) for line in order['lines']]",
        "    total = sum(line.amount for line in lines)",
        "",
        "    customer = session.get(Customer, order['customer_id'])",
        "    if customer is None:",
        "        raise UnknownCustomer(order)",
        "    receipt = gateway.charge(customer, total, reference=f\"order {order['number']} of {customer.name}\")",
        "    session.add(receipt)",
        "    return receipt",
    ]
    variables = [
        ("order", "{'number': '2026-11-00481', 'lines': [{'sku': 'A-1', 'amount': 1250}], 'session': '[redacted]'}"),
        ("total", "1250"),
        ("session", "<Session object>"),
    ]
    caller_source = [(18, "def create(request):"), (19, "    return process(request.json, request.db)")]

    def frame(path: str, function: str, lineno: int, **more: Any) -> Values:
        return Values(
            path=path, function=function, lineno=lineno, **{"variables": [], "lines": [], "href": None} | more
        )

    failing = frame(
        "shop/orders.py", "process", 47, variables=variables, href="#", lines=list(enumerate(source, start=42))
    )
    caller = frame("shop/views/orders.py", "create", 19, lines=caller_source)
    bare = frame("django/core/handlers/base.py", "_get_response", 197)
    return {"failing_frame": failing, "caller_frame": caller, "bare_frame": bare}


ADDRESS = "https://shop.example.com/orders?source=basket&campaign=november"


def _bar(name: str, service: str | None, duration: str, **more: Any) -> Values:
    return Values(name=name, service=service, duration=duration, **{"status": "", "here": False} | more)


def _context() -> dict[str, Any]:
    return {
        "request_facts": [
            Values(label="Method", value="POST", href=None, copied=None),
            Values(label="Address", value=ADDRESS, href=None, copied=ADDRESS),
            Values(
                label="Authorization", value=Markup('<span class="redacted">redacted</span>'), href=None, copied=None
            ),
        ],
        "person_rows": [("Id", "4711"), ("Plan", "business"), ("Last order", None)],
        "release_facts": [
            Values(label="Release", value="1.4.2", href="#", copied=None),
            Values(label="Environment", value="production", href="#", copied="production"),
            Values(label="Service", value="web", href=None, copied=None),
        ],
        "trace_bars": [
            _bar("POST /orders", "web", "412 ms", depth=0, left=0, width=1000),
            _bar("SELECT customers", "web", "12.4 ms", depth=1, left=40, width=30),
            _bar("charge <gateway>", "payments", "310 ms", depth=1, left=90, width=752, status="error", here=True),
            _bar(
                "POST https://pay.example/v1/charges with a name that is long and goes on",
                "payments",
                "301 ms",
                depth=2,
                left=110,
                width=730,
                status="error",
            ),
            _bar("render", None, "1.20 ms", depth=1, left=980, width=4),
        ],
    }

"""An event as Markdown."""

from __future__ import annotations

from datetime import UTC, datetime

from factories.errors import key_error
from logister_core.events.frame_views import FrameViewer
from logister_core.events.markdown import MAX_TEXT, MarkdownStory, code, escaped, markdown
from logister_core.events.safety import safe_context
from logister_core.events.source_links import SourceLinks
from logister_core.events.stack_panel import stack_panel
from logister_core.ingest.models import IngestEvent
from logister_core.source_repositories.refs import SourceHints

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def written(context, title="KeyError: 'customer_id'", kind="python"):
    safe = safe_context(context)
    links = SourceLinks([], SourceHints(None, None, None, None), {})
    viewer = FrameViewer(links.link, str, str)
    stack = stack_panel(safe, "boom", kind, viewer=viewer, links=links, occurred_at=NOW)
    story = MarkdownStory(title, "shop/orders.py in process", [("Happened", "3 events")], "https://x.example/e/1", kind)
    event = IngestEvent(environment="production", release="1.4.2", message="boom", level="error", service=None)
    return markdown(story, stack, event, safe)


def test_it_says_what_broke_where_and_with_which_values():
    text = written(key_error()["context"])
    assert text.startswith("# `KeyError: 'customer_id'`\n\n`shop/orders.py in process`\n\n- Happened: 3 events\n")
    assert '> 47 |     customer = session.get(Customer, order["customer_id"])' in text
    assert "  42 | def process(order: dict, session: Session) -> Receipt:" in text
    assert 'order = {"number": "2026-11-00481"' in text
    assert "… 3 frames in django" in text
    assert "## Caused by" in text
    assert "- Request: `POST https://shop.example.com/orders?source=basket&token=[REDACTED]`" in text
    assert '"plan": "business"' in text


def test_nothing_secret_is_in_it():
    text = written(key_error()["context"])
    assert "hunter2" not in text
    assert "person@example.com" not in text


def test_words_of_a_client_cannot_become_markup():
    assert code("a `b` c\nd") == "`` a `b` c d ``"
    assert escaped("![x](http://e) <b> **y**") == r"\!\[x\](http://e) \<b\> \*\*y\*\*"
    hostile = "``` \n# heading\n[x](javascript:alert(1))"
    frames = [{"filename": "a`.py", "lineno": 1, "context_line": "````\n# out", "locals": {"a": "```"}}]
    text = written({"exception": {"class": hostile, "message": hostile, "frames": frames}}, title=hostile)
    assert "\n# heading" not in text.replace("````\n# heading", "")
    assert text.splitlines()[0].startswith("# ```` ")
    assert "`````python" in text


def test_a_huge_event_stays_a_text_one_can_paste():
    frames = [{"filename": f"shop/f{n}.py", "lineno": 1, "context_line": "x" * 5_000, "function": "f" * 300}
              for n in range(900)]  # fmt: skip
    context = {"exception": {"class": "E", "message": "m" * 60_000, "frames": frames}, "big": ["x" * 9_000] * 500}
    text = written(context)
    assert len(text) < MAX_TEXT + 100

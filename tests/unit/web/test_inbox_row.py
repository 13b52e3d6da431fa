from __future__ import annotations

from logister_core.web.inbox_row import InboxRow
from logister_core.web.sparkline import sparkline

HOSTILE = '"><script>alert(1)</script>'


def test_it_is_one_link_with_the_exact_numbers():
    html = row(selected=True, events=1214, people=("1.1k", "1,112 people"))
    assert html.count("<a ") == 1
    assert 'aria-current="true"' in html
    assert '<span class="sr-only">1,214</span><' in html
    assert '<span class="sr-only"> events</span>' in html
    assert '<span aria-hidden="true">1.1k</span><span class="sr-only">1,112 people</span>' in html


def test_without_a_type_it_starts_with_its_text():
    html = row(type="")
    assert "<strong" not in html
    assert '<span class="inbox-people"></span>' in html
    assert "aria-current" not in html
    assert '<span class="sr-only"> event</span>' in html


def test_hostile_values_stay_text():
    html = row(uuid=HOSTILE, href=HOSTILE, type=HOSTILE, last=HOSTILE, people=(HOSTILE, HOSTILE))
    assert html.count("&#34;&gt;&lt;script&gt;") == 15
    assert "<script>" not in html
    assert html.count('"') == row(uuid="", href="", type="x", last="", people=("", "")).count('"')


def row(**more):
    facts = {
        "uuid": "0", "href": "/x", "project": HOSTILE, "type": "KeyError", "value": HOSTILE, "title": HOSTILE,
        "told": HOSTILE, "where": HOSTILE, "events": 1, "people": None, "spark": sparkline([1, 2]), "last": "1 h",
        "note": (HOSTILE, HOSTILE), "owner": HOSTILE, "selected": False,
    }  # fmt: skip
    return InboxRow(**(facts | more)).__html__()

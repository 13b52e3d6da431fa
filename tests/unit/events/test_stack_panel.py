"""The stack as the page shows it."""

from __future__ import annotations

from datetime import UTC, datetime

from factories.errors import SOURCE, frame, key_error
from logister_core.error_groups.frames import Frame
from logister_core.events.frame_views import MOST_WHOLE, FrameViewer, source_lines
from logister_core.events.safety import safe_context
from logister_core.events.source_links import SourceLinks
from logister_core.events.stack_panel import stack_panel
from logister_core.source_repositories.refs import SourceHints

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def panel(context, message="boom", kind="python", **options):
    links = SourceLinks([], SourceHints(None, None, None, None), {})
    viewer = FrameViewer(links.link, "?frame={}".format, "/frame/{}".format)
    return stack_panel(safe_context(context), message, kind, viewer=viewer, links=links, occurred_at=NOW, **options)


def places(items):
    return [item.frame.path if item.frame else item.fold or item.gap for item in items]


def test_the_failure_comes_first_is_open_and_libraries_are_folded():
    [first, _] = panel(key_error()["context"]).sections
    assert places(first.items) == ["shop/orders.py", "shop/views/orders.py", "3 frames in django"]
    assert [item.frame.opened for item in first.items if item.frame] == [True, False]
    assert [view.path.rpartition("/")[2] for view in first.items[2].folded] == ["asgi.py", "base.py", "exception.py"]


def test_all_frames_are_shown_one_by_one_when_asked():
    shown = panel(key_error()["context"], scope="all")
    assert len(shown.sections[0].items) == 5
    assert (shown.scope, shown.scope_label) == ("application", "Fold library frames")


def test_a_stack_of_libraries_alone_is_not_folded_and_offers_no_switch():
    only = {"exception": {"class": "E", "frames": [frame("/venv/site-packages/celery/app.py", n, "f") for n in (1, 2)]}}
    shown = panel(only)
    assert places(shown.sections[0].items) == ["/venv/site-packages/celery/app.py"] * 2
    assert shown.scope is None
    assert shown.sections[0].items[0].frame.opened


def test_a_chosen_frame_is_open_and_never_hidden_in_a_fold():
    shown = panel(key_error()["context"], frame="0")
    opened = [item.frame.path for item in shown.sections[0].items if item.frame and item.frame.opened]
    assert opened == ["/venv/lib/python3.11/site-packages/django/core/handlers/exception.py"]


def test_a_frame_number_that_does_not_exist_opens_the_usual_one():
    for number in ("99", "-1", "x", "", "9" * 400, "²"):
        opened = [
            i.frame.path
            for i in panel(key_error()["context"], frame=number).sections[0].items
            if i.frame and i.frame.opened
        ]
        assert opened == ["shop/orders.py"]


def test_causes_follow_with_words_for_what_they_are():
    context = key_error()["context"]
    context["exception"]["context"] = {"class": "ValueError", "message": "bad", "frames": [frame("shop/a.py", 1, "f")]}
    sections = panel(context).sections
    assert [(section.link, section.type) for section in sections] == [
        (None, "KeyError"),
        ("caused by", "psycopg.errors.UndefinedColumn"),
        ("raised while handling", "ValueError"),
    ]


def test_frames_left_out_at_intake_are_mentioned_where_they_were():
    frames = [frame(f"shop/f{number}.py", number, "f") for number in range(1, 5)]
    shown = panel({"exception": {"class": "E", "frames": frames, "frames_omitted": 7}})
    remark = "7 frames in the middle of the stack did not fit and were left out"
    assert places(shown.sections[0].items) == ["shop/f4.py", "shop/f3.py", remark, "shop/f2.py", "shop/f1.py"]
    deeper = {"class": "E", "frames": frames, "frames_omitted": 7}
    shown = panel({"exception": {"class": "F", "frames": frames[:1], "cause": deeper}})
    assert remark in places(shown.sections[1].items)


def test_secrets_among_variables_are_replaced():
    [first, _] = panel(key_error()["context"]).sections
    variables = dict(first.items[0].frame.variables)
    assert variables["api_token"] == '<span class="redacted">redacted</span>'
    assert variables["total"] == "1250"
    assert "2026-11-00481" in variables["order"]


def test_an_event_without_a_stack_still_has_its_message():
    shown = panel({}, message="it broke\nbadly")
    assert shown.frame_count == 0
    assert shown.sections[0].items == []
    assert shown.text == "it broke\nbadly"


def test_a_message_that_repeats_its_class_is_shown_without_it():
    context = {"exception": {"class": "ValueError", "frames": [frame("shop/a.py", 1, "f")]}}
    assert panel(context, message="ValueError: bad").sections[0].value == "bad"


def test_a_long_message_is_cut_and_kept_whole_behind_a_fold():
    [first] = panel({"exception": {"class": "E", "message": "y" * 5_000}}).sections
    assert len(first.value) == 1_000
    assert len(first.whole) == 5_000


def test_five_source_lines_surround_the_failing_one_with_their_numbers():
    failing = Frame("", "shop/orders.py", 47, code_context=SOURCE[5], pre_context=SOURCE[:5], post_context=SOURCE[6:])
    lines = source_lines(failing)
    assert [number for number, _ in lines] == list(range(42, 53))
    assert dict(lines)[47] == SOURCE[5]


def test_common_indentation_is_taken_off():
    indented = Frame("", "a.py", 9, code_context="        return x", pre_context=["    if x:"], post_context=[])
    assert source_lines(indented) == [(8, "if x:"), (9, "    return x")]


def test_numbers_inside_an_excerpt_are_used():
    excerpt = Frame("", "cart.cfm", 3, code_context="2: <cfset a = 1>\n3: <cfset b = a.c>\n4: ")
    assert source_lines(excerpt) == [(2, "<cfset a = 1>"), (3, "<cfset b = a.c>"), (4, "")]


def test_a_minified_line_shows_what_surrounds_the_column():
    minified = Frame("", "app.min.js", 1, column_number=5_000, code_context="a" * 5_000 + "HERE" + "b" * 5_000)
    [(_, text)] = source_lines(minified)
    assert "HERE" in text
    assert len(text) == 302
    assert text.startswith("…")
    assert text.endswith("…")


def test_a_frame_without_source_has_no_lines():
    assert source_lines(Frame("", "a.py", 9)) == []


def test_frames_of_causes_are_numbered_on_and_can_be_chosen_too():
    sections = panel(key_error()["context"], frame="5").sections
    assert [item.frame.number for section in sections for item in section.items if item.frame] == [4, 3, 5]
    [cause] = [item.frame for item in sections[1].items]
    assert (cause.opened, cause.address, cause.source) == (True, "?frame=5", "/frame/5")
    assert not sections[0].items[0].frame.opened


def test_a_very_long_stack_brings_lines_and_variables_when_they_are_asked_for():
    frames = [frame(f"shop/f{n}.py", 1, "f", context_line="x", locals={"a": 1}) for n in range(MOST_WHOLE + 20)]
    views = [item.frame for item in panel({"exception": {"class": "E", "frames": frames}}).sections[0].items]
    assert [view.later for view in views] == [False] * MOST_WHOLE + [True] * 20
    assert not views[-1].lines
    chosen = panel({"exception": {"class": "E", "frames": frames}}, frame="0").sections[0].items[-1].frame
    assert chosen.opened
    assert chosen.lines


def test_what_else_an_exception_says_stands_above_its_frames():
    context = {
        "exception": {
            "class": "Application",
            "message": "no cart",
            "detail": "The key CART is missing.",
            "errorCode": 17,
            "error_code": 17,
            "data": {"cart": 4, "password": "hunter2"},
            "cause": {"class": "E", "notes": ["while saving"]},
        }
    }
    first, cause = panel(context, kind="cfml").sections
    facts = dict(first.facts)
    assert (facts["Detail"], facts["Error code"]) == ("The key CART is missing.", "17")
    assert "hunter2" not in facts["Data"]
    assert "while saving" in dict(cause.facts)["Notes"]


def test_variables_of_no_frame_and_steps_before_the_failure():
    steps = [{"timestamp": "2026-11-20T11:59:58Z", "category": "http", "message": f"GET /{n}"} for n in range(10)]
    steps += [None, 7, "plain words", {"data": {"url": "/cart", "status": 200}, "time": 1e300}]
    context = {"locals": {"cart": 4, "token": "hunter2"}, "instance_variables": {"@user": 7}, "breadcrumbs": steps}
    shown = panel(context, kind="ruby")
    assert [title for title, _ in shown.variables] == ["Local variables", "Instance variables"]
    assert "hunter2" not in repr(shown.variables)
    crumbs = shown.breadcrumbs
    assert len(crumbs.latest) == 8
    assert len(crumbs.earlier) == 4
    assert (crumbs.earlier[0].offset, crumbs.earlier[0].category) == ("−2.0 s", "http")
    assert [crumb.message for crumb in crumbs.latest[-2:]] == ["plain words", "/cart 200"]


def test_built_files_without_source_get_a_hint():
    built = [frame("https://shop.example/app.min.js", 1, "x")]
    assert "source maps" in panel({"exception": {"frames": built}}, kind="javascript").hint
    built[0]["context_line"] = "cart.total()"
    assert panel({"exception": {"frames": built}}, kind="javascript").hint is None

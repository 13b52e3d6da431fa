"""Frames as the page shows them (spec 20 §15.2)."""

from __future__ import annotations

import pytest

from logister_core.error_groups.frames import (
    Frame,
    frame_of,
    frames_of,
    frames_omitted,
    opened_first,
    visible_frames,
)
from logister_core.error_groups.grouping import culprit
from logister_core.error_groups.grouping.stack import stack_key
from logister_core.ingest.normalization.frames import trim_frames


@pytest.mark.parametrize(
    ("line", "file", "number", "column", "function"),
    [
        ("at f (/a/b.js:3:4)", "/a/b.js", 3, 4, "f"),
        ("    at async Cart.add [as submit] (/a/b.js:3:4)", "/a/b.js", 3, 4, "async Cart.add [as submit]"),
        ("at /a/b.js:3:4", "/a/b.js", 3, 4, None),
        ("at https://shop.test:8080/b.js:3:4", "https://shop.test:8080/b.js", 3, 4, None),
        ("f@https://shop.test/b.js:3:4", "https://shop.test/b.js", 3, 4, "f"),
        ("@https://shop.test/b.js:3:4", "https://shop.test/b.js", 3, 4, None),
        ('File "/a.py", line 3, in f', "/a.py", 3, None, "f"),
        ('  File "/a b.py", line 3', "/a b.py", 3, None, None),
        ("at N.C.M() in /a.cs:line 31", "/a.cs", 31, None, "N.C.M()"),
        ("at N.C.M(String in) in C:\\in a\\b.cs:line 31", "C:\\in a\\b.cs", 31, None, "N.C.M(String in)"),
        ("at com.acme.Cart.add(Cart.java:12)", "Cart.java", 12, None, "com.acme.Cart.add"),
        ("app/x.rb:9:in `call'", "app/x.rb", 9, None, "call"),
        ("app/x.rb:9:in 'Shop::Cart#call'", "app/x.rb", 9, None, "Shop::Cart#call"),
        ("app/x.rb:9", "app/x.rb", 9, None, None),
        ("C:/shop/x.rb:9:in `call'", "C:/shop/x.rb", 9, None, "call"),
        ("<internal:kernel>:187:in `loop'", "<internal:kernel>", 187, None, "loop"),
    ],
)
def test_case_20_34_stack_lines_of_every_language_are_read(line, file, number, column, function):
    frame = frame_of(line)

    assert frame == Frame(
        raw=line.strip(),
        file=file,
        line_number=number,
        column_number=column,
        method_name=function,
        application_frame=frame.application_frame,
    )


OTHER_TEXTS = ["garbage", "", "RuntimeError: boom", "failed at 12:30", "at f (native)", "    return x", "a.rb:0"]
OTHER_VALUES = [7, None, True, [], [["a.rb:1"]]]
OBJECTS_WITHOUT_A_PLACE = [{}, {"filename": "a.py"}, {"filename": 7, "lineno": 7}, {"lineno": 7}]
NO_LINE_NUMBERS = [0, -2, None, "x", [], {}, True, 1.5, "9" * 40]


@pytest.mark.parametrize(
    "entry",
    [*OTHER_TEXTS, *OTHER_VALUES, *OBJECTS_WITHOUT_A_PLACE, *({"file": "a.py", "line": n} for n in NO_LINE_NUMBERS)],
)
def test_case_20_34_anything_else_is_dropped(entry):
    assert frame_of(entry) is None
    assert frames_of({"exception": {"frames": [entry]}}) == []


def test_the_file_of_an_awaited_frame_without_a_name_is_shown_as_a_file():
    frame = frame_of({"filename": "async file:///srv/shop/cart.mjs", "lineno": 9})

    assert frame.file == "file:///srv/shop/cart.mjs"


def test_frame_objects_are_read_with_all_their_parts():
    frame = frame_of({
        "filename": "/srv/app/shop/orders.py",
        "lineno": "9",
        "colno": 4,
        "name": "process",
        "line": "    return order['customer_id']",
        "pre_context": ["def process(order):", "    check(order)"],
        "post_context": ["", 7],
        "locals": {"order": "{}"},
    })  # fmt: skip

    assert frame == Frame(
        raw="/srv/app/shop/orders.py:9 in process",
        file="/srv/app/shop/orders.py",
        line_number=9,
        column_number=4,
        method_name="process",
        code_context="    return order['customer_id']",
        pre_context=["def process(order):", "    check(order)"],
        post_context=[""],
        locals={"order": "{}"},
        application_frame=True,
    )


def test_upper_case_keys_are_read_and_a_line_number_is_not_source_code():
    frame = frame_of({"TEMPLATE": "/srv/shop/cart.cfm", "LINE": 3, "CODEPRINTPLAIN": "3: total()", "TYPE": "CFML"})

    assert (frame.file, frame.line_number, frame.code_context) == ("/srv/shop/cart.cfm", 3, "3: total()")
    assert frame_of({"file": "a.js", "line": "3"}).code_context is None


@pytest.mark.parametrize(
    ("entry", "ours"),
    [
        ({"filename": "/srv/app/shop/orders.py"}, True),
        ({"filename": "shop/orders.py"}, True),
        ({"filename": "/usr/lib/python3.11/json/decoder.py"}, False),
        ({"filename": "/x/site-packages/django/base.py"}, False),
        ({"filename": "/x/site-packages/shop/base.py", "in_app": True}, True),
        ({"filename": "shop/orders.py", "application_frame": False}, False),
        ({"filename": "ArrayList.java", "class": "java.util.ArrayList", "method": "get"}, False),
        ({"filename": "Cart.java", "class": "com.acme.Cart", "method": "add"}, True),
    ],
)
def test_frames_know_whether_they_are_the_projects_own(entry, ours):
    assert frame_of({**entry, "lineno": 1}).application_frame is ours


def event(*files, **more):
    return {"exception": {"frames": [{"filename": file, "lineno": 1, "name": "f"} for file in files], **more}}


@pytest.mark.parametrize(
    ("files", "opened"),
    [
        (("/srv/app/a.py", "/srv/app/b.py"), 1),
        (("/srv/app/a.py", "/srv/app/b.py", "/x/site-packages/c.py"), 1),
        (("/x/site-packages/c.py", "/x/site-packages/d.py"), 1),
        (("/srv/app/a.py", "/srv/app/b.py", "<__array_function__ internals>"), 1),
        (("/srv/app/a.js", "/srv/app/b.js"), 0),
        (("/srv/app/node_modules/a.js", "/srv/app/b.js"), 1),
        (("app/a.rb", "app/b.rb"), 0),
    ],
)
def test_the_page_opens_the_failing_application_frame_and_the_culprit_is_the_same(files, opened):
    frames = frames_of(event(*files))

    assert opened_first(frames) == opened
    assert frames[opened].file.rpartition("/")[2] in culprit(event(*files))


def test_without_frames_the_first_index_is_opened():
    assert opened_first([]) == 0


def test_the_application_scope_falls_back_to_all_frames():
    mixed = frames_of(event("/x/site-packages/c.py", "/srv/app/a.py"))
    foreign = frames_of(event("/x/site-packages/c.py"))

    assert [index for index, _ in visible_frames(mixed)] == [1]
    assert [index for index, _ in visible_frames(mixed, "all")] == [0, 1]
    assert [index for index, _ in visible_frames(foreign)] == [0]


def test_frames_come_from_the_best_stack_that_can_be_read():
    backtrace = {"exception": {"frames": [None, 7], "backtrace": ["app/x.rb:9:in `call'"]}}
    beside = {"exception": {"class": "X"}, "backtrace": "app/y.rb:9:in `call'\ngarbage"}

    assert [frame.file for frame in frames_of(backtrace)] == ["app/x.rb"]
    assert [frame.file for frame in frames_of(beside)] == ["app/y.rb"]


def test_trimmed_stacks_say_how_much_is_missing():
    assert frames_omitted(event("/srv/app/a.py", frames_omitted=900)) == 900
    assert frames_omitted(event("/srv/app/a.py", frames_omitted="many")) == 0
    assert frames_omitted({}) == 0


def test_frames_that_intake_really_trimmed_keep_their_group_and_say_so():
    def recursion(depth):
        frames = [{"filename": "/srv/app/shop/tree.py", "lineno": 3, "name": "load", "line": "visit(tree)"}]
        frames += [
            {"filename": "/srv/app/shop/tree.py", "lineno": 7, "name": name, "line": "visit(child)"}
            for _ in range(depth)
            for name in ("visit", "children")
        ]
        event = {"context": {"exception": {"class": "RecursionError", "frames": frames}}}
        trim_frames(event)
        return event["context"]

    short, long = recursion(3), recursion(500)

    assert frames_omitted(short) == 0
    assert frames_omitted(long) + len(frames_of(long)) == 1001
    assert stack_key(long) == stack_key(short)

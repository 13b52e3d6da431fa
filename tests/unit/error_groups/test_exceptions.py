"""Exception headlines, chains and stack texts, on what the real Python client sends and on hand-written payloads."""

from __future__ import annotations

import json

import pytest
from logister.client import LogisterClient

from logister_core.error_groups.exceptions import exception_chain, exception_headline
from logister_core.error_groups.frames import frames_of, opened_first
from logister_core.error_groups.grouping import culprit, exception_class, title_of, value_of
from logister_core.error_groups.traceback_text import traceback_text


class RecordingClient(LogisterClient):
    """The real client up to the wire: builds the request body and keeps it."""

    def send_event(self, **fields):
        return json.loads(self.prepare_event(**fields).body)["event"]


def find(order):
    return order["customer_id"]


def process(order):
    try:
        find(order)
    except KeyError as error:
        raise RuntimeError("checkout failed") from error


def fall_back(order):
    try:
        process(order)
    except RuntimeError:
        raise ValueError("no fallback either")  # noqa: B904


def captured(function):
    client = RecordingClient(api_key="k", base_url="http://localhost:1", capture_locals=True)
    try:
        function({"id": 17})
    except Exception as error:
        return client.capture_exception(error)
    raise AssertionError("the example is expected to fail")


def test_case_20_35_python_traceback_text_has_header_frames_code_and_exception():
    event = captured(process)

    text = text_of(event["context"], event["message"], "python")

    lines = text.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line.rpartition(" in ")[2] for line in lines if line.startswith("  File ")] == ["captured", "process"]
    assert '    function({"id": 17})' in lines
    assert '    raise RuntimeError("checkout failed") from error' in lines
    assert lines[-1] == "RuntimeError: checkout failed"


def test_case_20_35_the_chain_lists_cause_and_context():
    context = captured(fall_back)["context"]

    outer, inner = exception_chain(context, "python")

    assert (outer.label, outer.depth, outer.class_name, outer.message) == (
        "context",
        1,
        "RuntimeError",
        "checkout failed",
    )
    assert (inner.label, inner.depth, inner.class_name, inner.message) == ("cause", 2, "KeyError", "'customer_id'")
    assert inner.location == f"{__file__}:{find.__code__.co_firstlineno + 1}"
    assert [frame.method_name for frame in inner.frames] == ["process", "find"]


def test_the_real_clients_frames_open_at_the_failure_with_source_and_locals():
    context = captured(process)["context"]

    frames = frames_of(context)
    opened = frames[opened_first(frames)]

    assert opened.method_name == "process"
    assert opened.code_context == 'raise RuntimeError("checkout failed") from error'
    assert opened.locals["order"] == "{'id': 17}"
    assert culprit(context).endswith("error_groups/test_exceptions.py in process")
    assert exception_class(context) == "RuntimeError"


@pytest.mark.parametrize(
    ("kind", "class_name"),
    [
        ("python", "Python exception"),
        ("javascript", "JavaScript Error"),
        ("dotnet", ".NET exception"),
        ("cfml", "ColdFusion Exception"),
        ("ruby", "RuntimeError"),
        (None, "RuntimeError"),
    ],
)
def test_an_exception_without_a_class_is_named_after_its_language(kind, class_name):
    headline = exception_headline({"exception": {"backtrace": []}}, "boom\nmore", kind)

    assert (headline.class_name, headline.message) == (class_name, "boom")


def test_javascript_takes_class_and_message_from_the_stack():
    context = {"exception": {"stack": "TypeError: x is not a function\n    at f (/a/b.js:3:4)"}}

    assert str(exception_headline(context, "Uncaught", "javascript")) == "TypeError: x is not a function"
    assert text_of(context, "Uncaught", "javascript") == ("TypeError: x is not a function\n    at f (/a/b.js:3:4)")


def test_dotnet_chains_follow_inner_exceptions():
    context = {"exception": {
        "inner_exception": {"type": "IOException", "message": "disk", "inner_exception": {"type": "Win32Exception"}},
        "inner_exceptions": [{"type": "TimeoutException"}, 7, {}],
    }}  # fmt: skip

    chain = exception_chain(context, "dotnet")

    assert [(entry.label, entry.depth, entry.class_name) for entry in chain] == [
        ("inner", 1, "IOException"),
        ("inner", 2, "Win32Exception"),
        ("aggregate", 1, "TimeoutException"),
    ]


def test_javascript_chains_follow_cause_and_the_list_in_context():
    context = {"exception": {
        "cause": {"name": "TypeError", "message": "x", "stack": "TypeError: x\n    at f (/a/b.js:3:4)"},
        "context": {"values": [{"class": "RangeError", "message": "y"}]},
    }}  # fmt: skip

    chain = exception_chain(context, "javascript")

    assert [(entry.label, entry.class_name, entry.location) for entry in chain] == [
        ("cause", "TypeError", "/a/b.js:3"),
        ("context", "RangeError", None),
    ]


def test_free_text_context_of_an_exception_is_not_a_chain():
    assert exception_chain({"exception": {"class": "X", "context": {"order": 17}}}) == []
    assert exception_chain({"exception": {"class": "X", "cause": "disk full"}}) == []
    assert exception_chain({}) == []


def test_ruby_stacks_read_as_ruby_prints_them():
    context = {
        "exception": {"class": "NoMethodError", "message": "nil", "backtrace": ["app/x.rb:9:in `call'", "app/y.rb:3"]}
    }

    assert text_of(context, "m", "ruby") == ("NoMethodError: nil\n    app/x.rb:9:in `call'\n    app/y.rb:3")


def test_unreadable_stacks_are_shown_as_sent_and_a_missing_one_as_the_message():
    assert text_of({"exception": {"backtrace": ["line one", 7, "line two"]}}, "m") == "line one\nline two"
    assert text_of({"exception": {"class": "X"}}, "boom\nmore") == "boom\nmore"


def test_a_trimmed_traceback_says_where_frames_are_missing():
    frames = [{"filename": "/a.py", "lineno": 1, "name": name} for name in "abcd"]

    text = text_of({"exception": {"class": "E", "frames": frames, "frames_omitted": 900}}, "m", "python")

    assert text.splitlines()[3] == "  … 900 frames omitted …"


@pytest.mark.parametrize(
    ("message", "title", "value"),
    [
        ("KeyError: 'x'\nmore", "KeyError: 'x'", "'x'"),
        ("shop.KeyError: 'x'", "shop.KeyError: 'x'", "shop.KeyError: 'x'"),
        ("'x'", "'x'", "'x'"),
        ("KeyError", "KeyError", ""),
        ("\nx", "Untitled error", "Untitled error"),
    ],
)
def test_titles_are_first_lines_and_values_leave_out_the_class(message, title, value):
    assert title_of(message) == title
    assert value_of(message, {"exception": {"class": "KeyError"}}) == value


def test_a_blank_first_line_keeps_the_old_title():
    assert title_of("\nx", "Old title") == "Old title"


@pytest.mark.parametrize("context", [{}, {"exception": None}, {"exception": "KeyError"}, {"exception": {"class": 7}}])
def test_without_an_exception_object_there_is_no_class(context):
    assert exception_class(context) is None


def test_the_type_stands_in_for_the_class():
    assert exception_class({"exception": {"class": " ", "type": "IOError"}}) == "IOError"


def text_of(context, message, kind=None):
    return traceback_text(context, message, kind, frames_of(context), exception_headline(context, message, kind))

"""Clients may send anything that is JSON: nothing raises, keys stay short and depend on the right things only."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logister_core.error_groups.exceptions import exception_chain, exception_headline
from logister_core.error_groups.frames import frames_of, opened_first
from logister_core.error_groups.grouping import STRATEGIES, culprit, decide, exception_class, facts, value_of
from logister_core.error_groups.request_details import request_details
from logister_core.error_groups.traceback_text import traceback_text

EVENT = UUID("0197a4f0-0000-7000-8000-000000000001")

# A slow, shared machine is no failure, and examples need not be remembered between runs.
settings.register_profile("grouping", deadline=None, database=None, max_examples=150)
relaxed = settings(settings.get_profile("grouping"))

STACK_LINES = st.sampled_from([
    "at f (/a/b.js:3:4)", 'File "/a.py", line 3, in f', "app/x.rb:9:in `call'", "f@http://x/y.js:1:2",
    "at N.C.M() in /a.cs:line 31", "at a.B.c(B.java:1)", "garbage", "", "at ", "@:1", ":1:in `", "/", "\\",
])  # fmt: skip
KNOWN_KEYS = st.sampled_from([
    "exception", "frames", "backtrace", "stacktrace", "stack", "tag_context", "cause", "context", "inner_exception",
    "inner_exceptions", "class", "type", "qualified_class", "message", "filename", "file", "lineno", "line", "name",
    "function", "module", "locals", "in_app", "pre_context", "request", "headers", "params", "method", "url", "route",
    "values", "frames_omitted", "errors",
])  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    STACK_LINES,
)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(KNOWN_KEYS | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=40,
)
contexts = st.dictionaries(KNOWN_KEYS, json_values, max_size=6)


@relaxed
@given(
    context=contexts,
    message=st.text(),
    fingerprint=st.none() | st.text(max_size=700),
    strategy=st.sampled_from(STRATEGIES),
)
def test_any_json_gets_a_short_and_repeatable_key_and_a_readable_page(context, message, fingerprint, strategy):
    event = {"fingerprint": fingerprint, "message": message, "context": context, "event_uuid": EVENT}

    decision = decide(strategy, **event)

    assert decision == decide(strategy, **event)
    assert decision.key
    assert len(decision.key.encode("utf-8", "surrogatepass")) <= 512
    assert facts(strategy, **event)["strategy"] == decision.strategy
    where = culprit(context)
    assert where is None or 0 < len(where) <= 255
    frames = frames_of(context)
    assert all(frame.line_number > 0 for frame in frames)
    assert 0 <= opened_first(frames) <= max(0, len(frames) - 1)
    for kind in ("python", "javascript", None):
        exception_headline(context, message, kind)
        exception_chain(context, kind)
        text_of(context, message, kind)
    exception_class(context)
    value_of(message, context)
    assert isinstance(request_details(context).summary, str)


names = st.text("abcdefgh_", min_size=1, max_size=8)
files = st.builds(lambda folders, name: "/".join((*folders, f"{name}.py")), st.lists(names, max_size=3), names)
calls = st.lists(st.tuples(files, names), min_size=1, max_size=8)
conventional_roots = st.sampled_from(
    ["/app", "/srv/shop", "/home/ana/shop", "/usr/src/app", "/var/www/site", "/opt/x", "C:/Users/ana/shop"]
) | st.builds("/srv/shop/releases/{}".format, st.integers(10**13, 10**14 - 1))
any_roots = st.lists(names, min_size=2, max_size=5).map(lambda folders: "/volume7/" + "/".join(folders))


def event_at(root, calls, line):
    frames = [
        {"filename": f"{root}/{file}", "lineno": line + index, "name": name, "line": f"x = {line}"}
        for index, (file, name) in enumerate(calls)
    ]
    return {"exception": {"class": "KeyError", "message": str(line), "frames": frames}}


def stack_key(context, message=""):
    return decide("stack", fingerprint=None, message=message, context=context, event_uuid=EVENT).key


@relaxed
@given(
    calls=calls,
    roots=st.tuples(conventional_roots, conventional_roots),
    lines=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
)
def test_the_key_depends_on_neither_conventional_root_nor_line(calls, roots, lines):
    first, second = (event_at(root, calls, line) for root, line in zip(roots, lines, strict=True))

    assert stack_key(first, "a") == stack_key(second, "b")


@relaxed
@given(calls=calls, roots=st.tuples(any_roots, any_roots))
def test_the_key_does_not_depend_on_any_root_when_the_frames_lie_in_several_folders(calls, roots):
    calls = [*calls, ("main.py", "run"), ("other/place.py", "go")]

    assert stack_key(event_at(roots[0], calls, 1)) == stack_key(event_at(roots[1], calls, 1))


@relaxed
@given(
    calls=calls,
    depth=st.integers(1, 60),
    hostile=st.lists(scalars.filter(lambda value: not isinstance(value, str)), max_size=4),
)
def test_recursion_and_hostile_entries_change_nothing(calls, depth, hostile):
    context = event_at("/srv/shop", calls * depth, 1)
    context["exception"]["frames"][:0] = hostile

    assert stack_key(context) == stack_key(event_at("/srv/shop", calls, 1))


@pytest.mark.parametrize(
    "hostile", ["at ", "at a in ", "a@", ":1", ":1:in `", "(", "at a (", "/1", "-1/", "a" * 9, "/gems/", "$1", "<a>d__"]
)
def test_long_hostile_stack_lines_are_read_in_bounded_time(hostile, benchmark_clock):
    lines = [(hostile * 9_000)[:9_000] + str(index) for index in range(200)]
    frames = [{"filename": line, "lineno": 1, "name": line} for line in lines]

    with benchmark_clock(seconds=1.0):
        decide("stack", fingerprint=None, message="m", context={"exception": {"backtrace": lines}}, event_uuid=EVENT)
        decide("stack", fingerprint=None, message="m", context={"exception": {"frames": frames}}, event_uuid=EVENT)


@pytest.fixture
def benchmark_clock():
    """A context manager that fails when its block used more CPU time than allowed."""
    import time
    from contextlib import contextmanager

    @contextmanager
    def clock(*, seconds):
        started = time.process_time()
        yield
        assert time.process_time() - started < seconds

    return clock


def text_of(context, message, kind=None):
    return traceback_text(context, message, kind, frames_of(context), exception_headline(context, message, kind))

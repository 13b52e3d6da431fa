import pytest

from logister_core.ingest.errors import PayloadTooLarge
from logister_core.ingest.normalization import check_limits, enforce_limits, trim_frames


def frame(index, **more):
    return {"filename": f"shop/orders_{index}.py", "lineno": index, "name": "walk", "line": "walk()", **more}


def traceback(count, **more):
    return {
        "class": "RecursionError",
        "message": "maximum recursion depth exceeded",
        "frames": [frame(index, **more) for index in range(count)],
        "backtrace": [f'File "shop/orders_{index}.py", line {index}, in walk' for index in range(count)],
    }


def event(exception, **context):
    return {"event_type": "error", "message": "m", "context": {"exception": exception, **context}}


@pytest.mark.parametrize("count", [130, 1000, 3000])
def test_a_recursive_traceback_is_accepted_with_both_ends(count):
    sent = event(traceback(count), release="1", runtime="python")
    trim_frames(sent)
    check_limits(sent)
    exception = sent["context"]["exception"]
    frames = exception["frames"]
    assert len(frames) == 100
    assert [frames[0]["lineno"], frames[49]["lineno"]] == [0, 49]
    assert [frames[50]["lineno"], frames[-1]["lineno"]] == [count - 50, count - 1]
    assert exception["frames_omitted"] == count - 100
    assert len(exception["backtrace"]) == 100
    assert exception["backtrace_omitted"] == count - 100


def test_ordinary_tracebacks_stay_whole():
    sent = event(traceback(100))
    trim_frames(sent)
    assert sent == event(traceback(100))


def test_frames_with_many_locals_are_cut_to_what_the_key_limit_allows():
    sent = event(traceback(60, locals={f"v{i}": "1" for i in range(20)}))
    trim_frames(sent)
    check_limits(sent)
    kept = len(sent["context"]["exception"]["frames"])
    assert 15 <= kept < 25
    assert sent["context"]["exception"]["frames_omitted"] == 60 - kept


def test_chained_exceptions_share_the_keys_and_short_ones_stay_whole():
    exception = traceback(1000)
    exception["cause"] = traceback(10)
    exception["context"] = {**traceback(1000), "cause": traceback(1000)}
    sent = event(exception)
    trim_frames(sent)
    check_limits(sent)
    assert len(exception["cause"]["frames"]) == 10
    assert "frames_omitted" not in exception["cause"]
    counts = [len(chained["frames"]) for chained in (exception, exception["context"], exception["context"]["cause"])]
    assert min(counts) >= 30
    assert exception["context"]["frames_omitted"] == 1000 - counts[1]


def test_text_lists_of_more_than_1000_lines_are_cut_on_their_own():
    exception = {"class": "E", "backtrace": [f"line {i}" for i in range(1500)]}
    sent = event(exception)
    trim_frames(sent)
    check_limits(sent)
    assert exception["backtrace"][0] == "line 0"
    assert exception["backtrace"][-1] == "line 1499"
    assert exception["backtrace_omitted"] == 1400


def test_upper_case_events_and_java_stack_traces_are_cut_too():
    frames = [{"CLASS": "a.B", "METHOD": "c", "FILE": "B.java", "LINE": i} for i in range(1024)]
    sent = {"MESSAGE": "StackOverflowError", "CONTEXT": {"EXCEPTION": {"STACKTRACE": frames}}}
    trim_frames(sent)
    check_limits(sent)
    assert sent["CONTEXT"]["EXCEPTION"]["STACKTRACE_omitted"] == 924


def test_keys_elsewhere_are_not_made_to_fit():
    sent = event(traceback(3), **{f"k{i}": i for i in range(600)})
    with pytest.raises(PayloadTooLarge, match="context_keys"):
        enforce_limits(sent)


@pytest.mark.parametrize("exception", [None, [], "x", {"frames": "x"}, {"frames": None, "cause": 1}])
def test_exceptions_of_other_shapes_are_left_alone(exception):
    sent = event(exception)
    trim_frames(sent)
    assert sent == event(exception)


def test_enforcing_limits_gives_the_same_as_trimming_first():
    first, second = event(traceback(1000)), event(traceback(1000))
    trim_frames(first)
    enforce_limits(second, size=100_000)
    assert first == second


def test_locals_that_make_the_event_too_large_are_cut_with_their_frames():
    sent = event(traceback(400, locals={"text": "x" * 5_000}))
    enforce_limits(sent)
    assert len(sent["context"]["exception"]["frames"]) < 100


def test_a_refused_message_is_not_helped_by_trimming():
    with pytest.raises(PayloadTooLarge, match="message_bytes"):
        enforce_limits({**event(traceback(1000)), "message": "x" * 70_000})

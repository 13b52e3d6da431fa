import orjson
import pytest

from logister_core.ingest.errors import PayloadTooLarge
from logister_core.ingest.normalization import PayloadLimits, check_limits


def nested(levels):
    """`context` with objects so deep that its innermost scalar lies `levels` below it."""
    value = 1
    for _ in range(levels):
        value = {"a": value}
    return {"context": value}


def refusal_of(event, **options):
    with pytest.raises(PayloadTooLarge) as refusal:
        check_limits(event, **options)
    return refusal.value


def with_and_without_size(event):
    """The two ways through the check must agree."""
    return [refusal_of(event), refusal_of(event, size=len(orjson.dumps(event)))]


def test_case_10_10_a_message_of_65537_bytes_is_too_long():
    check_limits({"message": "x" * 65_536})
    for refusal in with_and_without_size({"message": "ü" * 32_768 + "x"}):
        assert refusal.body == {
            "error": "telemetry payload message bytes exceeds 65536",
            "code": "message_bytes",
            "limit": 65_536,
            "actual": 65_537,
        }
        assert (refusal.status, refusal.reason) == (413, "message_bytes")


def test_only_the_literal_key_message_has_the_message_limit():
    check_limits({"MESSAGE": "x" * 100_000})


def test_case_10_10_an_array_of_1001_is_too_long():
    check_limits({"context": {"list": [1] * 1000}})
    for refusal in with_and_without_size({"context": {"list": [1] * 1001}}):
        assert (refusal.code, refusal.limit, refusal.actual) == ("array_length", 1000, 1001)


def test_case_10_10_a_context_nested_17_levels_is_too_deep():
    check_limits(nested(15))
    check_limits(nested(15), size=200)
    for levels in (16, 17, 60):
        for refusal in with_and_without_size(nested(levels)):
            assert (refusal.code, refusal.limit, refusal.actual) == ("context_depth", 16, 17)


@pytest.mark.parametrize("leaf", [{}, []])
def test_an_empty_container_may_lie_at_the_deepest_level(leaf):
    event = nested(14)
    inner = event["context"]
    while inner["a"] != 1:
        inner = inner["a"]
    inner["a"] = {"b": leaf}
    check_limits(event, size=200)
    check_limits(event)
    inner["a"] = {"b": {"c": leaf}}
    for refusal in with_and_without_size(event):
        assert refusal.code == "context_depth"


def test_case_10_10_513_keys_are_too_many_and_counted_over_all_objects():
    def event(count):
        return {"context": {"list": [{f"k{i}": i} for i in range(count - 2)]}}

    check_limits(event(512))
    check_limits(event(512), size=10_000)
    for refusal in with_and_without_size(event(513)):
        assert refusal.body == {
            "error": "telemetry payload context keys exceeds 512",
            "code": "context_keys",
            "limit": 512,
            "actual": 513,
        }


def test_a_string_of_262145_bytes_is_too_long():
    check_limits({"context": {"a": "x" * 262_144}})
    assert refusal_of({"context": {"a": "x" * 262_145}}).code == "string_bytes"


def test_the_estimate_of_the_whole_event_is_limited():
    def event(count):
        return {"a": ["x" * 10_000] * count}

    check_limits(event(104))
    refusal = refusal_of(event(105))
    assert (refusal.code, refusal.limit) == ("event_bytes", 1_048_576)
    assert refusal.actual == 5 + 105 * 10_004


def test_null_numbers_and_booleans_count_by_their_text():
    exact = PayloadLimits(event_bytes=(1 + 4) + (4 + 4) + (4 + 4) + (5 + 4) + (3 + 4))
    check_limits({"a": [None, True, False, 1.5]}, exact)
    assert refusal_of({"a": [None, True, False, 1.25]}, limits=exact).code == "event_bytes"


def test_the_first_violation_in_document_order_wins():
    deep = nested(30)["context"]
    wide = [1] * 1001
    assert refusal_of({"a": deep, "b": wide}, size=4000).code == "context_depth"
    assert refusal_of({"b": wide, "a": deep}, size=4000).code == "array_length"
    assert refusal_of({"b": wide, "message": "x" * 70_000}).code == "message_bytes"
    assert refusal_of({f"k{i}": deep for i in range(513)}, size=4000).code == "context_keys"

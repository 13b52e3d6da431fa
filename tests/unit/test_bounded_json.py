import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from logister_core.bounded_json import bound_json

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda children: st.one_of(st.lists(children), st.dictionaries(TEXT, children)),
    max_leaves=30,
)


@settings(deadline=None)
@given(JSON, st.integers(min_value=0, max_value=300))
def test_the_result_is_json_of_exactly_the_said_size_within_the_budget(value, budget):
    bounded = bound_json(value, budget)
    assert len(orjson.dumps(bounded.value)) == bounded.size <= max(budget, 2)


@settings(deadline=None)
@given(JSON)
def test_what_fits_is_left_unchanged(value):
    once = bound_json(value, 1_000_000).value
    encoded = orjson.dumps(once)
    bounded = bound_json(once, len(encoded))
    if len(encoded) > 1:
        assert (bounded.value, bounded.truncated, bounded.size) == (once, False, len(encoded))


def test_strings_are_cut_on_a_character_boundary_and_marked():
    bounded = bound_json({"a": "üüüüüüüü"}, 20)
    assert bounded.value == {"a": "üüüü…"}
    assert (bounded.truncated, bounded.size) == (True, 19)


def test_escapes_count_with_their_written_length():
    bounded = bound_json('"' * 50, 25)
    assert bounded.value == '"' * 10 + "…"
    assert bounded.size == 25


def test_strings_and_arrays_have_bounds_of_their_own():
    bounded = bound_json(["x" * 20_000, *range(200)], 1_000_000)
    assert len(bounded.value) == 100
    assert len(bounded.value[0].encode()) == 16_384
    assert bounded.value[0].endswith("…")
    assert bounded.truncated
    assert bound_json(["abcdef"], 100, max_string=6).value == ["abcdef"]
    assert bound_json(["abcdefg"], 100, max_string=6).value == ["abc…"]


def test_objects_skip_what_does_not_fit_and_arrays_end_there():
    assert bound_json({"a": 123456, "b": 1}, 8).value == {"b": 1}
    assert bound_json([123456, 1], 6).value == []
    assert bound_json([1, 123456, 2], 6).value == [1]


def test_each_entry_gets_what_the_earlier_ones_left():
    bounded = bound_json({"a": {"b": "x" * 50}, "c": "y" * 50}, 40)
    assert bounded.value == {"a": {"b": "x" * 23 + "…"}}
    assert (bounded.truncated, bounded.size) == (True, 40)


def test_what_cannot_be_shortened_becomes_an_empty_object():
    for value in (123456, "text", True, None):
        bounded = bound_json(value, 2)
        assert (bounded.value, bounded.truncated, bounded.size) == ({}, True, 2)
    assert bound_json([1, 2], 0).value == []


def test_numbers_that_json_lacks_are_replaced():
    assert bound_json([float("nan"), float("inf"), 2**70, 10**400], 100).value == [None, None, float(2**70), None]

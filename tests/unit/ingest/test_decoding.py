import json

import pytest

from logister_core.ingest.errors import InvalidJSON
from logister_core.ingest.normalization import decode_json
from logister_core.ingest.normalization.structure import MAX_NESTING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800", "b": NaN}',
        b'{"a": "\\ud800", "b": -1e999}',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"raw\x00nul"',
        b"[1,]",
        b"'a'",
    ],
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(InvalidJSON) as refusal:
        decode_json(body)
    assert refusal.value.status == 400
    assert refusal.value.body == {"error": "Request body is not valid JSON", "code": "invalid_json"}
    assert refusal.value.detail


def test_case_10_11_a_nan_literal_is_invalid_json_and_an_escaped_nul_is_replaced():
    with pytest.raises(InvalidJSON):
        decode_json(b'{"event": {"value": NaN}}')
    assert decode_json(b'{"message": "a\\u0000b"}') == {"message": "a\ufffdb"}


def test_lone_surrogates_are_replaced_in_keys_and_strings_and_pairs_survive():
    body = b'{"k\\ud800": ["\\udc00x", "\\ud83d\\ude00", "\\u0000"], "n": {"\\u0000": 1}}'
    assert decode_json(body) == {"k\ufffd": ["\ufffdx", "\U0001f600", "\ufffd"], "n": {"\ufffd": 1}}


def test_an_escaped_backslash_before_a_code_is_plain_text():
    assert decode_json(rb'["\\u0000", "\\ud800"]') == ["\\u0000", "\\ud800"]


def test_of_repeated_keys_the_last_wins_on_both_ways_through_the_decoder():
    assert decode_json(b'{"a": 1, "a": 2}') == {"a": 2}
    assert decode_json(b'{"a": 1, "a": "\\ud800"}') == {"a": "\ufffd"}


@pytest.mark.parametrize("suffix", [b"", b', "\\ud800"'])
def test_integers_beyond_64_bits_become_floats_on_both_ways_through_the_decoder(suffix):
    body = b"[18446744073709551615, 18446744073709551616, -9223372036854775808, -9223372036854775809" + suffix
    decoded = decode_json(body + b"]")
    assert decoded[:4] == [2**64 - 1, float(2**64), -(2**63), float(-(2**63) - 1)]
    assert [type(value) for value in decoded[:4]] == [int, float, int, float]


def test_numbers_of_thousands_of_digits_are_no_trouble():
    with pytest.raises(InvalidJSON):
        decode_json(b'["\\ud800", ' + b"9" * 10_000 + b"]")


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_capped_before_anything_walks_the_document(opening, closing):
    def nested(levels):
        return opening * levels + b"1" + closing * levels

    decode_json(nested(MAX_NESTING))
    for levels in (MAX_NESTING + 1, 1_000, 100_000):
        with pytest.raises(InvalidJSON):
            decode_json(nested(levels))


def test_deep_nesting_beside_a_lone_surrogate_never_overflows_the_stack():
    with pytest.raises(InvalidJSON):
        decode_json(b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_000 + b"]")


def test_brackets_inside_strings_are_not_nesting():
    text = '[{"' * 200
    body = b'{"a": ' + json.dumps(text + "\\").encode() + b', "b": [[1]]}'
    assert decode_json(body) == {"a": text + "\\", "b": [[1]]}


def test_many_flat_objects_are_not_nesting():
    assert len(decode_json(b"[" + b",".join([b'{"a":[1]}'] * 3_000) + b"]")) == 3_000


def test_a_byte_order_mark_is_ignored():
    assert decode_json(b"\xef\xbb\xbf{}") == {}

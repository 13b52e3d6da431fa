from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from logister_core.ingest.normalization import keys
from logister_core.ingest.normalization.keys import add_aliases, normalize_key, normalized_fields


@pytest.mark.parametrize(
    ("key", "normalized"),
    [
        ("eventType", "event_type"),
        ("EVENT_TYPE", "event_type"),
        ("traceID", "trace_id"),
        ("TRACEID", "traceid"),
        ("HTTPStatusCode", "http_status_code"),
        ("X-Request-Id", "x_request_id"),
        ("Shop::OrderError", "shop/order_error"),
        ("sha256Sum", "sha256_sum"),
        ("message", "message"),
        ("", ""),
    ],
)
def test_keys_become_snake_case(key, normalized):
    assert normalize_key(key) == normalized


def test_the_later_of_two_equal_top_level_forms_wins():
    assert normalized_fields({"eventType": "a", "event_type": "b"}) == {"event_type": "b"}
    assert normalized_fields({"event_type": "b", "EVENT-TYPE": "a"}) == {"event_type": "a"}


@pytest.mark.parametrize("sent", [{"traceId": "a", "trace_id": "b"}, {"trace_id": "b", "traceId": "a"}])
def test_case_10_14_explicit_snake_case_key_beats_the_alias(sent):
    add_aliases(sent, drop_sensitive=True)
    assert sent == {"traceId": "a", "trace_id": "b"}


def test_case_10_14_a_lone_camel_case_key_is_stored_in_both_spellings():
    context = {"traceId": "a", "items": [{"unitPrice": 1, "more": [[{"X-Y": 2}]]}]}
    add_aliases(context, drop_sensitive=True)
    assert context == {
        "traceId": "a",
        "trace_id": "a",
        "items": [{"unitPrice": 1, "unit_price": 1, "more": [[{"X-Y": 2, "x_y": 2}]]}],
    }


def test_case_10_20_device_identifiers_disappear_at_every_level():
    context = {
        "android_id": "1",
        "device": {"advertising_id": "2", "model": "Pixel", "SERIAL": "3"},
        "list": [{"identifierForVendor": "4", "Serial-Number": "5", "serialized": "6"}],
        "password": "kept",
    }
    add_aliases(context, drop_sensitive=True)
    assert context == {"device": {"model": "Pixel"}, "list": [{"serialized": "6"}], "password": "kept"}


def test_spans_keep_device_identifiers():
    context = {"androidId": "1"}
    add_aliases(context, drop_sensitive=False)
    assert context == {"androidId": "1", "android_id": "1"}


def test_objects_under_two_spellings_are_themselves_complete():
    context = {"requestInfo": {"userAgent": {"osName": "x"}}}
    add_aliases(context, drop_sensitive=True)
    assert context["request_info"]["user_agent"]["os_name"] == "x"
    assert context["requestInfo"]["userAgent"]["osName"] == "x"


def test_nested_aliases_cannot_multiply_a_small_document():
    document = {"leafValue": "x" * 100}
    for _ in range(15):
        document = {"someKey": document, "otherKey": 1}
    sent = len(orjson.dumps(document))
    add_aliases(document, drop_sensitive=True)
    assert len(orjson.dumps(document)) < 16 * sent


def test_the_memory_of_key_forms_is_bounded():
    for index in range(3 * keys._CACHE_LIMIT):
        normalize_key(f"Key{index}")
        add_aliases({f"key_{index}": 1, f"aliasedKey{index}": 1}, drop_sensitive=True)
    normalize_key("Long" * 1000)
    assert len(keys._forms) <= keys._CACHE_LIMIT
    assert len(keys._plain_keys) <= keys._CACHE_LIMIT
    assert len(keys._aliases) <= keys._CACHE_LIMIT
    assert "Long" * 1000 not in keys._forms


def test_threads_that_empty_the_memory_under_each_other_lose_no_alias():
    def work(offset):
        for index in range(2_000):
            context = {f"threadKey{offset}x{index}": 1, "traceId": "t", "androidId": "x"}
            add_aliases(context, drop_sensitive=True)
            if len(context) != 4 or context["trace_id"] != "t":
                return context
        return None

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [None] * 4

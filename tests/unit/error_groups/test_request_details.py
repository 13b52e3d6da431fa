"""Request facts from all the places clients put them (spec 20 §15.3)."""

from __future__ import annotations

import pytest

from logister_core.error_groups.request_details import RequestDetails, request_details


def test_python_client_requests_are_read():
    details = request_details({
        "request": {
            "method": "post",
            "path": "/orders",
            "url": "https://shop.example/orders",
            "headers": {"Referer": "https://shop.example/", "Version": "HTTP/1.1"},
        },
        "query_string": "id=3",
        "client_ip": "10.0.0.7",
        "request_id": "r-1",
        "endpoint": "orders.create",
    })  # fmt: skip

    assert details == RequestDetails(
        client_ip="10.0.0.7",
        http_method="post",
        http_version="HTTP/1.1",
        path="/orders",
        query_string="id=3",
        url="https://shop.example/orders",
        referer="https://shop.example/",
        request_id="r-1",
        route="orders.create",
        headers={"Referer": "https://shop.example/", "Version": "HTTP/1.1"},
    )
    assert details.summary == "POST https://shop.example/orders?id=3 orders.create"


def test_ruby_client_requests_are_read():
    details = request_details({
        "clientIp": "10.0.0.7",
        "httpMethod": "GET",
        "url": "https://shop.example/orders?id=3",
        "requestId": "r-1",
        "params": {"controller": "orders", "action": "index", "id": 3},
        "route": {"name": "orders", "pathTemplate": "/orders(.:format)"},
    })  # fmt: skip

    assert details.rails_action == "orders#index"
    assert details.route == "/orders(.:format)"
    assert details.summary == "GET https://shop.example/orders?id=3 orders#index"


@pytest.mark.parametrize(
    ("request_object", "field", "value"),
    [
        ({"ip": "1.2.3.4"}, "client_ip", "1.2.3.4"),
        ({"remote_ip": "1.2.3.4"}, "client_ip", "1.2.3.4"),
        ({"original_fullpath": "/x"}, "path", "/x"),
        ({"original_url": "http://x/"}, "url", "http://x/"),
        ({"version": 1.1}, "http_version", "1.1"),
        ({"id": 17}, "request_id", "17"),
        ({"params": {"a": 1}}, "params", {"a": 1}),
        ({"referrer": "http://x/"}, "referer", "http://x/"),
    ],
)
def test_facts_of_the_request_object_fill_the_gaps(request_object, field, value):
    assert getattr(request_details({"request": request_object}), field) == value


def test_the_event_itself_beats_its_request_object_and_blanks_count_as_absent():
    context = {"path": " ", "method": "GET", "request": {"path": "/x", "method": "POST"}}

    assert request_details(context).summary == "GET /x"


@pytest.mark.parametrize(
    "context",
    [{}, {"request": None}, {"request": "GET /"}, {"url": ["x"], "method": {"a": 1}, "headers": [1], "params": "x"}],
)
def test_hostile_requests_say_nothing(context):
    details = request_details(context)

    assert not details
    assert details.summary == ""

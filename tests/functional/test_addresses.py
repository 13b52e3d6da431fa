from __future__ import annotations

import pytest
from webob import Request


@pytest.mark.parametrize(
    "address",
    ["/%FF", "/projects/%FF/setup", "/static/%FF", "/users/sign_in?next=%FF", "/setup?%C3=1", "/up?%80"],
)
def test_an_address_that_is_no_text_is_400(site, address):
    assert Request.blank(address).get_response(site.router).status_int == 400


def test_programs_get_the_refusal_as_json(site):
    answer = Request.blank("/api/v1/%FF", method="POST").get_response(site.router)
    assert (answer.status_int, answer.json) == (
        400,
        {
            "error": "Bad request",
            "code": "bad_request",
            "help": "Check what builds or forwards the request.",
        },
    )


@pytest.mark.parametrize(
    "address", ["/users/sign_in?next=%2Fprojects", "/users/sign_in?x=%C3%A9&y=%", "/users/sign_in?%"]
)
def test_every_other_address_is_read(site, address):
    assert Request.blank(address).get_response(site.router).status_int == 200


@pytest.mark.parametrize(
    "cookie",
    [
        "logister_session=\xff",
        "logister_session=é; logister_flash=x.y",
        "logister_flash=a.b.c; logister_visitor=\x01",
        "logister_flash=" + "A" * 5000,
        ";;==",
    ],
)
def test_cookies_that_are_not_ours_are_ignored(site, cookie):
    request = Request.blank("/users/sign_in")
    request.environ["HTTP_COOKIE"] = cookie
    assert request.get_response(site.router).status_int == 200

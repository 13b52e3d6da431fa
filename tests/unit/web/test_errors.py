from __future__ import annotations

import base64
import hashlib
import logging
import re

import pytest

JSON = {"Accept": "application/json"}
FRAGMENT = {"HX-Request": "true"}


def test_an_unknown_page_is_404_with_a_way_home(app):
    page = app.get("/nowhere", status=404)
    assert page.content_type == "text/html"
    assert "There is nothing here" in page
    assert 'href="/"' in page


def test_a_failure_is_500_says_nothing_of_its_cause_and_is_logged(app, caplog):
    with caplog.at_level(logging.ERROR):
        page = app.get("/broken", status=500)
    assert "secret" not in page
    assert "Something went wrong" in page
    assert [record.message for record in caplog.records] == ["unhandled_exception"]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


def test_a_form_without_its_token_is_422_and_says_what_to_do(app):
    page = app.get("/forged", status=422)
    assert "The change was not made" in page
    assert "reload the page and send it again" in page


def test_too_many_requests_keep_their_retry_after(app):
    assert app.get("/too_often", status=429).headers["Retry-After"] == "17"


def test_an_unreachable_database_is_503_and_asks_to_come_back(app):
    page = app.get("/no_database", status=503)
    assert page.headers["Retry-After"] == "30"
    assert "secret" not in page


def test_unavailable_is_503_with_retry_after(app):
    assert app.get("/unavailable", status=503).headers["Retry-After"] == "30"


def test_a_sentence_given_by_the_view_is_shown_escaped(app):
    page = app.get("/unreadable", status=400)
    assert "The key &lt;b&gt;holds&lt;/b&gt; a space." in page


def test_an_address_that_is_not_utf_8_is_400(app):
    page = app.get("/", extra_environ={"PATH_INFO": "/\xff"}, status=400)
    assert page.content_type == "text/html"


@pytest.mark.parametrize(
    ("path", "status", "error", "code"),
    [
        ("/api/nowhere", 404, "Not found", "not_found"),
        ("/api/broken", 500, "Internal server error", "internal_error"),
        ("/api/forged", 422, "Unprocessable content", None),
        ("/api/too_often", 429, "Too many requests", None),
        ("/api/unavailable", 503, "Service unavailable", "unavailable"),
        ("/api/unreadable", 400, "The key <b>holds</b> a space.", "bad_request"),
    ],
)
def test_api_paths_always_answer_json(app, path, status, error, code):
    answer = app.get(path, status=status, headers={"Accept": "text/html"}).json
    assert answer.pop("error") == error
    assert answer.pop("code", None) == code
    if code is not None:
        assert answer.pop("help").endswith(".")
    assert answer == {}


def test_who_prefers_json_gets_json(app):
    assert app.get("/nowhere", status=404, headers=JSON).json == {"error": "Not found"}


def test_who_accepts_anything_gets_a_page(app):
    assert app.get("/nowhere", status=404, headers={"Accept": "*/*"}).content_type == "text/html"


def test_a_fragment_request_gets_the_sentence_and_replaces_nothing(app):
    answer = app.get("/forged", status=422, headers=FRAGMENT)
    assert answer.content_type == "text/plain"
    assert answer.headers["HX-Reswap"] == "none"
    assert '"page-message"' in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("path", ["/nowhere", "/broken", "/unreadable"])
def test_error_pages_stand_alone_and_allow_only_their_own_style(app, path):
    page = app.get(path, status="*")
    assert not re.findall(r"<link|<script|\ssrc=", page.text)
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_an_application_below_a_prefix_links_its_own_start_page(app):
    page = app.get("/nowhere", status=404, extra_environ={"SCRIPT_NAME": "/errors"})
    assert 'href="/errors/"' in page

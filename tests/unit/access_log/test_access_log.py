"""One line and one id per request (spec 80 §9), seen through a real Pyramid application."""

from __future__ import annotations

import logging
import re

import pytest
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid_retry import RetryableException
from webtest import TestApp

from logister_core.logs import LineFormatter

SAFE = "edge-42:a/b.c~d"


def test_a_request_is_one_line_with_method_path_status_and_duration(app: TestApp, lines):
    app.get("/projects/shop?q=secret-search", status=200)
    (line,) = lines()
    assert re.search(
        r" info logister_core\.access request_id=[0-9a-f]{32} "
        r"request\.done method=GET path=/projects/shop status=200 duration_ms=\d+\.\d$",
        line,
    )


def test_a_safe_incoming_id_is_reused_and_returned_on_every_line(app: TestApp, lines):
    response = app.get("/chatty", headers={"X-Request-Id": SAFE})
    assert response.headers["X-Request-Id"] == SAFE
    assert response.text == SAFE
    found = lines()
    assert len(found) == 2
    assert all(f" request_id={SAFE} " in line for line in found)


@pytest.mark.parametrize("incoming", ["", "a" * 256, "two words", 'quote"', "caf\xe9", "<script>"])
def test_an_unsafe_incoming_id_is_replaced(app: TestApp, incoming: str):
    response = app.get("/projects/shop", extra_environ={"HTTP_X_REQUEST_ID": incoming})
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-Id"])


def test_the_longest_safe_id_is_reused(app: TestApp):
    assert app.get("/up", headers={"X-Request-Id": "a" * 255}).headers["X-Request-Id"] == "a" * 255


def test_case_80_9_up_is_silent(app: TestApp, lines):
    app.get("/up", status=200)
    assert lines() == []


def test_case_80_29_a_sign_in_leaves_neither_address_nor_password_even_at_debug(app: TestApp, lines):
    logging.getLogger("logister_core").setLevel(logging.DEBUG)
    app.post("/projects/shop?user[email]=a@x.io&page=2", {"user[email]": "a@x.io", "user[password]": "hunter2"})
    (line,) = lines()
    assert line.endswith('query="user[email]=[FILTERED]&page=2"')
    assert "a@x.io" not in line
    assert "hunter2" not in line


def test_an_unhandled_error_is_logged_once_with_its_traceback_on_one_line(app: TestApp, lines):
    with pytest.raises(ZeroDivisionError):
        app.get("/broken", headers={"X-Request-Id": SAFE})
    (line,) = lines()
    assert f"error logister_core.access request_id={SAFE} request.failed method=GET path=/broken" in line
    assert " status=500 " in line
    assert "\\nTraceback" in line
    assert line.endswith("ZeroDivisionError: division by zero")
    assert "\n" not in line


def test_an_error_that_a_view_turned_into_a_500_is_logged_with_its_traceback(app: TestApp, lines):
    app.get("/rendered", status=500)
    (line,) = lines()
    assert "request.failed" in line
    assert "ValueError: rendered" in line


def test_a_refusal_needs_no_traceback(app: TestApp, lines):
    app.get("/nowhere", status=404)
    (line,) = lines()
    assert " info " in line
    assert " status=404 " in line


def test_a_request_tried_twice_is_one_line_under_one_id(app: TestApp, lines):
    response = app.get("/flaky", status=200)
    (line,) = lines()
    assert " status=200 " in line
    assert f"request_id={response.headers['X-Request-Id']} " in line
    assert response.text == response.headers["X-Request-Id"] * 2


def test_the_id_does_not_outlive_its_request(app: TestApp, lines):
    app.get("/projects/shop")
    logging.getLogger("logister_core.access").info("afterwards")
    assert "request_id" not in lines()[-1]


@pytest.fixture
def lines():
    """The lines logged so far, as they would appear on stdout."""
    formatted: list[str] = []
    formatter = LineFormatter()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            formatted.append(formatter.format(record))

    handler = Keep()
    logger = logging.getLogger("logister_core")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: list(formatted)
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def app() -> TestApp:
    seen: list[str] = []

    def flaky(request):
        seen.append(request.request_id)
        if len(seen) == 1:
            raise RetryableException
        return Response("".join(seen))

    def chatty(request):
        logging.getLogger("logister_core.anything").info("hello")
        return Response(request.request_id)

    def broken(request):
        return 1 / 0

    def rendered(request):
        raise ValueError("rendered")

    def apologize(error, request):
        return Response("sorry", status=500)

    with Configurator(settings={"retry.attempts": 2}) as config:
        config.include("pyramid_retry")
        config.include("logister_core.access_log")
        for path, view in {
            "/up": lambda request: Response("ok"),
            "/projects/{project}": lambda request: Response("ok"),
            "/flaky": flaky,
            "/chatty": chatty,
            "/broken": broken,
            "/rendered": rendered,
        }.items():
            config.add_route(path, path)
            config.add_view(view, route_name=path)
        config.add_exception_view(apologize, context=ValueError)
        return TestApp(config.make_wsgi_app())

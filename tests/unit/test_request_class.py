from __future__ import annotations

from typing import Any

import webtest
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from logister_core.request_class import make_request_class


def twice(request: Any, number: int) -> int:
    return 2 * number


def application(seen: list[Any], *, late: bool = False) -> webtest.TestApp:
    def view(request: Any) -> Response:
        seen.append(request)
        words = [request.made, request.made, request.fresh, request.fresh, request.twice(21)]
        return Response(text=" ".join(map(str, [*words, request.late] if late else words)))

    numbers = iter(range(100))
    config = Configurator()
    config.add_request_method(lambda request: next(numbers), "made", reify=True)
    config.add_request_method(lambda request: next(numbers), "fresh", property=True)
    config.add_request_method(twice)
    config.add_route("home", "/")
    config.add_view(view, route_name="home")
    config.commit()
    make_request_class(config)
    if late:
        config.add_request_method(lambda request: "late", "late", property=True)
    return webtest.TestApp(config.make_wsgi_app())


def test_requests_share_one_class_and_have_what_was_declared() -> None:
    seen: list[Any] = []
    app = application(seen)
    assert app.get("/").text == "0 0 1 2 42"
    assert app.get("/").text == "3 3 4 5 42"
    assert type(seen[0]) is type(seen[1])
    assert isinstance(seen[0], Request)


def test_what_is_declared_afterwards_works_as_ever() -> None:
    assert application([], late=True).get("/").text == "0 0 1 2 42 late"


def test_an_application_without_extensions_keeps_its_request_class() -> None:
    config = Configurator()
    make_request_class(config)
    assert config.make_wsgi_app().request_factory is Request

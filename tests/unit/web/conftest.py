"""A small application with nothing but the look of the pages, and views that end in every way a view can."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pyramid.config import Configurator
from pyramid.csrf import check_csrf_token
from pyramid.httpexceptions import HTTPBadRequest, HTTPServiceUnavailable, HTTPTooManyRequests
from pyramid.session import SignedCookieSessionFactory
from sqlalchemy.exc import OperationalError
from webtest import TestApp


@pytest.fixture
def make_app():
    def make(*, environment="production", user=None, projects=(), flashes=(), values=None):
        config = Configurator(session_factory=SignedCookieSessionFactory("a secret of this test"))
        config.registry.logister_settings = SimpleNamespace(runtime=SimpleNamespace(env=environment))
        config.include("logister_core.web")
        for name, value in (("user", user), ("shell_projects", projects), ("flashes", flashes)):
            config.add_request_method(lambda request, value=value: value, name, property=True)
        add_failing_views(config)
        config.add_route("page", "/page")
        config.add_view(
            lambda request: dict(values or {}), route_name="page", renderer="logister_core.web:templates/layout.pt"
        )
        config.add_route("account", "/account")
        config.add_view(
            lambda request: {}, route_name="account", renderer="logister_core.web:templates/account_layout.pt"
        )
        return TestApp(config.make_wsgi_app())

    return make


@pytest.fixture
def app(make_app):
    return make_app()


def add_failing_views(config):
    def broken(request):
        raise ZeroDivisionError("a secret detail")

    def forged(request):
        check_csrf_token(request)

    def too_often(request):
        raise HTTPTooManyRequests(headers={"Retry-After": "17"})

    def no_database(request):
        raise OperationalError("select secret", {}, Exception("connection refused"))

    def unavailable(request):
        raise HTTPServiceUnavailable()

    def unreadable(request):
        raise HTTPBadRequest("The key <b>holds</b> a space.")

    for view in (broken, forged, too_often, no_database, unavailable, unreadable):
        for path in (f"/{view.__name__}", f"/api/{view.__name__}"):
            config.add_route(path, path)
            config.add_view(view, route_name=path)

from __future__ import annotations

import dataclasses

from logister_core.security.cookies import SESSION, cookie_jar
from logister_core.settings import load_settings

SECRET = {"LOGISTER_SECRET_KEY": "s" * 40}


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites():
    name, value = cookie_jar(load_settings({}, {}))(SESSION).header("token", max_age=60)
    assert name == "Set-Cookie"
    assert value.startswith("logister_session=token; Max-Age=60; Path=/; expires=")
    assert value.endswith("; HttpOnly; SameSite=Lax")
    assert "secure" not in value.lower()


def test_in_production_they_are_bound_to_this_host_and_to_https():
    cookie = cookie_jar(load_settings({}, {"LOGISTER_ENV": "production", **SECRET}))(SESSION)
    assert cookie.header("token")[1] == "__Host-logister_session=token; Path=/; secure; HttpOnly; SameSite=Lax"


def test_without_a_life_the_cookie_ends_with_the_browser():
    value = cookie_jar(load_settings({}, {}))(SESSION).header("token")[1]
    assert "Max-Age" not in value
    assert "expires" not in value


def test_a_cookie_is_removed_with_the_flags_it_was_set_with():
    cookie = cookie_jar(load_settings({}, {"LOGISTER_ENV": "production", **SECRET}))(SESSION)
    removal = cookie.removal()[1]
    assert removal.startswith("__Host-logister_session=; Max-Age=0; Path=/;")
    assert "secure" in removal


def test_an_empty_cookie_is_no_cookie():
    @dataclasses.dataclass
    class Request:
        cookies: dict[str, str]

    cookie = cookie_jar(load_settings({}, {}))(SESSION)
    assert cookie.value(Request({})) is None
    assert cookie.value(Request({"logister_session": ""})) is None
    assert cookie.value(Request({"logister_session": "token"})) == "token"

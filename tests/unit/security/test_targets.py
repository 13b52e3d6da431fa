from __future__ import annotations

import pytest

from logister_core.security.targets import local_target, with_next


@pytest.mark.parametrize("target", ["/", "/projects", "/projects/1/inbox?q=a%20b&tab=x", "/a//b", "/?next=//evil"])
def test_a_path_of_this_server_may_be_gone_back_to(target):
    assert local_target(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "projects",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/a\\b",
        "javascript:alert(1)",
        " /projects",
        "/pro jects",
        "/projects\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        "/é",
        "/" + "a" * 3000,
    ],
)
def test_nothing_else_may(target):
    assert local_target(target) is None


def test_the_target_is_quoted_into_the_address():
    assert with_next("/users/sign_in", "/a?b=c&d=e") == "/users/sign_in?next=/a%3Fb%3Dc%26d%3De"


@pytest.mark.parametrize("target", [None, "/", "//evil.example"])
def test_what_need_not_or_must_not_be_remembered_is_left_out(target):
    assert with_next("/users/sign_in", target) == "/users/sign_in"

"""What people enter about a repository."""

from __future__ import annotations

import pytest

from logister_core.errors import Refused
from logister_core.source_repositories.values import read_repository


def read(**entered):
    return read_repository({"full_name": "acme/shop", "enabled": "1"} | entered)


def problems(**entered):
    with pytest.raises(Refused) as refused:
        read(**entered)
    return refused.value.problems


@pytest.mark.parametrize(
    ("entered", "name", "web_url", "provider"),
    [
        ("acme/shop", "acme/shop", "https://github.com", "github"),
        (" /acme/shop ", "acme/shop", "https://github.com", "github"),
        ("https://github.com/acme/shop.git", "acme/shop", "https://github.com", "github"),
        ("https://www.github.com/acme/shop/", "acme/shop", "https://github.com", "github"),
        ("git@github.com:acme/shop.git", "acme/shop", "https://github.com", "github"),
        ("https://gitlab.com/acme/web/shop/-/tree/main", "acme/web/shop", "https://gitlab.com", "gitlab"),
        ("https://ana:secret@git.example.com/acme/shop.git", "acme/shop", "https://git.example.com", "github"),
        ("ssh://git@git.example.com:2222/acme/shop.git", "acme/shop", "https://git.example.com", "github"),
    ],
)
def test_every_form_of_a_name_becomes_one(entered, name, web_url, provider):
    values = read(full_name=entered)
    assert (values.full_name, values.web_url, values.provider) == (name, web_url, provider)


@pytest.mark.parametrize(
    "name", ["", "shop", "acme/shop/tree", "acme/..", "../shop", "a b/c", "acme/shop?x=1", "<b>/x"]
)
def test_what_is_no_name_is_refused(name):
    assert problems(full_name=name) == {"full_name": "must look like owner/repository"}


def test_gitlab_has_groups_in_groups_and_its_own_words():
    assert read(provider="gitlab", full_name="a/b/c").full_name == "a/b/c"
    assert problems(provider="gitlab", full_name="a") == {"full_name": "must look like group/project"}


def test_changing_the_provider_changes_the_usual_host_but_no_other():
    assert read(provider="gitlab", web_url="https://github.com").web_url == "https://gitlab.com"
    assert read(provider="gitlab", web_url="https://git.example.com/").web_url == "https://git.example.com"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil",
        "https://",
        "https://a b",
        "https://x/?q",
        "ftp://x",
        "https://u@x/",
        "https://[",
    ],
)
def test_a_host_is_an_address_of_the_web(address):
    assert set(problems(web_url=address)) == {"web_url"}


@pytest.mark.parametrize(
    "template",
    [
        "",
        "git.example.com/{path}",
        "javascript:alert('{path}')",
        "https://{path}/x",
        "https://u:p@git.example.com/{path}",
        "https://git.example.com/{ref}",
        "https://git.example.com/{path}/{file}",
        "https://git.example.com/{path}}",
        "https://git.example.com/{path} x",
    ],
)
def test_a_template_is_an_address_with_known_places(template):
    assert set(problems(provider="template", link_template=template)) == {"link_template"}


def test_a_template_needs_no_owner_in_the_name():
    values = read(provider="template", full_name="shop", link_template="https://git.example.com/{path}?h={ref}#n{line}")
    assert (values.full_name, values.web_url) == ("shop", "")


def test_roots_are_brought_into_one_form():
    values = read(runtime_root="C:\\srv\\app\\", source_root="/apps\\web/")
    assert (values.runtime_root, values.source_root) == ("C:/srv/app", "apps/web")


def test_no_path_leads_up():
    wrong = "cannot include path traversal"
    assert problems(runtime_root="/srv/../etc", source_root="a\\..\\b") == {"runtime_root": wrong, "source_root": wrong}


@pytest.mark.parametrize("branch", ["-x", "a b", "a..b", "a\x00b c", "x:y", "a/", "ä"])
def test_a_branch_can_stand_in_an_address(branch):
    assert set(problems(default_branch=branch)) == {"default_branch"}
    assert read(default_branch="feature/new_cart-2").default_branch == "feature/new_cart-2"


def test_texts_have_an_end_and_providers_are_known():
    assert set(problems(runtime_root="/x" * 300)) == {"runtime_root"}
    assert set(problems(provider="sourceforge")) == {"provider"}

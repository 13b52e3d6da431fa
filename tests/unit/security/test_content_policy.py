"""The policy of pages is strict, and wider only on pages that were named."""

from __future__ import annotations

import pytest

from logister_core.security.content_policy import ContentPolicy, PageKind

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SITE = "https://challenges.example.com"


def test_without_plugins_every_page_has_the_strict_policy():
    for kind in PageKind:
        assert ContentPolicy().header([kind]) == STRICT


def test_a_source_is_added_to_the_pages_it_was_named_for_and_to_no_others():
    policy = ContentPolicy()
    policy.add("script-src", SITE, [PageKind.ACCOUNT_FORM])
    policy.add("script-src", "https://*.example.org:8443", [PageKind.PUBLIC, PageKind.ACCOUNT])
    assert policy.header() == policy.header({PageKind.APPLICATION}) == STRICT
    assert "script-src 'self' https://*.example.org:8443;" in policy.header({PageKind.PUBLIC})
    both = f"script-src 'self' {SITE} https://*.example.org:8443;"
    assert both in policy.header({PageKind.ACCOUNT, PageKind.ACCOUNT_FORM})


def test_a_source_may_be_one_file():
    policy = ContentPolicy()
    policy.add("script-src", f"{SITE}/npm/@acme/part.js", [PageKind.PUBLIC])
    assert f"script-src 'self' {SITE}/npm/@acme/part.js;" in policy.header([PageKind.PUBLIC])


def test_a_first_source_replaces_none_and_one_that_is_there_is_not_repeated():
    policy = ContentPolicy()
    for _ in range(2):
        policy.add("frame-src", SITE, [PageKind.PUBLIC])
    assert f"; frame-src {SITE};" in policy.header([PageKind.PUBLIC])


def test_a_directive_that_the_policy_leaves_out_starts_with_our_own_site():
    policy = ContentPolicy()
    policy.add("connect-src", SITE, [PageKind.PUBLIC])
    assert policy.header([PageKind.PUBLIC]) == f"{STRICT}; connect-src 'self' {SITE}"


@pytest.mark.parametrize("directive", ["object-src", "base-uri", "form-action", "frame-ancestors", "default-src"])
def test_what_is_for_nobody_to_widen_stays(directive):
    with pytest.raises(ValueError, match=directive):
        ContentPolicy().add(directive, SITE, [PageKind.PUBLIC])


@pytest.mark.parametrize(
    "source",
    [
        "*",
        "https:",
        "data:",
        "'unsafe-inline'",
        "'unsafe-eval'",
        f"{SITE}; script-src *",
        f"{SITE} *",
        f"{SITE}/a;b",
        f"{SITE}/a?b",
        f"{SITE}\r\n",
        "",
    ],
)
def test_only_origins_are_sources_of_scripts(source):
    with pytest.raises(ValueError, match="no source"):
        ContentPolicy().add("script-src", source, [PageKind.PUBLIC])

"""Addresses are shown without the secrets in them."""

from __future__ import annotations

import pytest

from logister_core.events.safety import safe_target, without_secret_parameters


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/orders?page=2", "/orders?page=2"),
        ("/orders?page=2&token=abc", "/orders?page=2&token=[REDACTED]"),
        ("https://a.example/x?api_key=abc&q=a b#f", "https://a.example/x?api_key=[REDACTED]&q=a+b#f"),
        ("https://user:secret@a.example/x", "https://[REDACTED]@a.example/x"),
        ("http://[broken/x?token=abc", "http://[broken/x"),
        ("/x?" + "&".join(f"a{n}=1" for n in range(500)) + "&token=abc", "/x"),
    ],
)
def test_addresses_lose_their_secrets(target, shown):
    assert safe_target(target) == shown


def test_addresses_and_query_strings_are_found_wherever_they_lie():
    sent = {
        "request": {"url": "https://a.example/?token=s3", "query_string": "page=2&token=s3", "links": ["/x?secret=s3"]},
        "note": "what? token=s3",
        "count": 3,
    }
    assert without_secret_parameters(sent) == {
        "request": {
            "url": "https://a.example/?token=[REDACTED]",
            "query_string": "page=2&token=[REDACTED]",
            "links": ["/x?secret=[REDACTED]"],
        },
        # Prose stays as it is: only keys decide.
        "note": "what? token=s3",
        "count": 3,
    }

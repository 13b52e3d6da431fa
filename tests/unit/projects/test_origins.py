"""Origins as browsers send them."""

from __future__ import annotations

import pytest

from logister_core.projects.origins import MOST_ORIGINS, normal_origin, read_origins


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("  HTTPS://Shop.Example.COM/ ", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("https://shop.example.com:8443", "https://shop.example.com:8443"),
        ("https://shop.example.com:0443", "https://shop.example.com"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://192.0.2.7:444", "https://192.0.2.7:444"),
        ("https://intranet", "https://intranet"),
        ("http://localhost", "http://localhost"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://localhost:5173", "http://localhost:5173"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written, sent):
    assert normal_origin(written) == sent


@pytest.mark.parametrize(
    "written",
    [
        "shop.example.com",
        "null",
        "https://",
        "https:///shop",
        "https:shop.example.com",
        "http://shop.example.com",
        "http://localhost.example.com",
        "http://shop.example.com#localhost",
        "ftp://shop.example.com",
        "https://shop.example.com/path",
        "https://shop.example.com//",
        "https://shop.example.com?",
        "https://shop.example.com#",
        "https://ana@shop.example.com",
        "https://@shop.example.com",
        "https://shop.example.com:",
        "https://shop.example.com:0",
        "https://shop.example.com:65536",
        "https://shop.example.com:+80",
        "https://shop.example.com:８０",
        "https://shop..example.com",
        "https://-shop.example.com",
        "https://1.2.3",
        "https://1.2.3.256",
        "https://shop.example.com https://b.example",
        "https://shop.example.com\\@b.example",
        "https://bücher.example",
        "https://İ.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 127 + "example",
        "https://shop.example.com\0",
    ],
)
def test_what_no_browser_sends_is_refused(written):
    with pytest.raises(ValueError, match="is not an origin"):
        normal_origin(written)


@pytest.mark.parametrize("written", ["*", "https://*.example.com", "*://shop.example.com"])
def test_stars_are_refused_and_it_is_said_why(written):
    with pytest.raises(ValueError, match="would let in pages of others"):
        normal_origin(written)


def test_a_list_has_each_origin_once_in_its_order():
    text = "https://b.example\n\n  https://a.example \nhttps://B.example:443/\n"
    assert read_origins(text) == ["https://b.example", "https://a.example"]
    assert read_origins(" \n\n") == []


def test_a_list_has_an_end():
    lines = [f"https://s{number}.example" for number in range(MOST_ORIGINS + 1)]
    assert len(read_origins("\n".join(lines[:-1]))) == MOST_ORIGINS
    with pytest.raises(ValueError, match="at most 100"):
        read_origins("\n".join(lines))


def test_a_long_line_is_not_repeated_in_full():
    with pytest.raises(ValueError, match="is not an origin") as caught:
        normal_origin("x" * 10_000)
    assert len(str(caught.value)) < 300

from __future__ import annotations

import ipaddress

import pytest

from logister_core.security.proxies import TrustedProxies, address

NETWORKS = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "fc00::/7")))


@pytest.fixture
def proxies() -> TrustedProxies:
    return TrustedProxies(NETWORKS)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        # Somebody who is no proxy of ours may claim what they like.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        # The left-most entry is what the client wrote itself.
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.7,127.0.0.1", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.7", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("::1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("localhost", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(proxies, peer, forwarded, expected):
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert proxies.client_ip({name: value for name, value in environ.items() if value is not None}) == expected


def test_scheme_and_host_are_taken_from_our_proxies(proxies):
    environ = forwarded("10.0.0.1", "https", "logister.example.com")
    proxies.apply(environ)
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTP_HOST"] == "logister.example.com"


def test_scheme_and_host_from_others_are_ignored(proxies):
    environ = forwarded("203.0.113.9", "https", "evil.example")
    proxies.apply(environ)
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["HTTP_HOST"] == "here"


@pytest.mark.parametrize("host", ["a b", "a/b", "a:b", "", "é", "[::1", "a\r\nb"])
def test_a_host_that_is_none_is_ignored(proxies, host):
    environ = forwarded("10.0.0.1", "gopher", host)
    proxies.apply(environ)
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["HTTP_HOST"] == "here"


def test_of_several_stated_schemes_the_one_nearest_to_the_client_counts(proxies):
    environ = forwarded("10.0.0.1", "HTTPS, http", "[2001:db8::7]:8443, inner")
    proxies.apply(environ)
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTP_HOST"] == "[2001:db8::7]:8443"


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "::1::", "[", "[]"])
def test_what_is_no_address_is_none(text):
    assert address(text) is None


def forwarded(peer: str, scheme: str, host: str) -> dict[str, str]:
    return {
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "here",
        "HTTP_X_FORWARDED_PROTO": scheme,
        "HTTP_X_FORWARDED_HOST": host,
    }

"""How often forms may be sent, and the pause after many wrong passwords."""

from __future__ import annotations

import logging
import socket
from ipaddress import ip_address

import pytest
import redis

from functional.conftest import csrf
from logister_core.accounts.form_limits import KEY_PREFIX, RULES, ip_identity
from logister_core.accounts.models import User
from logister_core.rate_limits import RateLimiter
from logister_core.rate_limits.redis_counters import RedisCounters

# From the wrong side of every proxy we trust.
HERE = "203.0.113.7"


class Visitor:
    """Somebody who sends the forms of accounts from an address."""

    def __init__(self, site, browser=None):
        self.browser = browser or site.browser()
        self.token = self.browser.get("/users/sign_in").form["csrf_token"].value

    def send(self, path, *, ip=HERE, **fields):
        values = {f"user[{name}]": value for name, value in fields.items()} | {"csrf_token": self.token}
        return self.browser.post(path, values, extra_environ={"REMOTE_ADDR": ip}, status="*")

    def sign_in(self, email="nobody@example.com", password="wrong wrong", **options):
        return self.send("/users/sign_in", email=email, password=password, **options)


@pytest.fixture
def database_kind():
    """Nothing here depends on the database."""
    return "sqlite"


@pytest.fixture
def visitor(site):
    return Visitor(site)


def refused(answer, seconds):
    assert answer.status_int == 429
    assert answer.headers["Retry-After"] == str(seconds)
    assert answer.content_type == "text/plain"
    assert answer.text == "That was too often. Wait a while, then try again."
    return True


def test_case_50_1_the_eleventh_sign_in_of_an_address_in_a_minute_is_refused(site, visitor):
    assert [visitor.sign_in().status_int for _ in range(10)] == [422] * 10
    assert refused(visitor.sign_in(), 60)
    site.clock.forward(seconds=60)
    assert visitor.sign_in("somebody@example.com").status_int == 422


def test_case_50_2_the_sixth_sign_up_of_an_address_in_a_minute_is_refused(site, visitor):
    def sign_up(number):
        password = "correct horse"
        return visitor.send(
            "/users", email=f"{number}@example.com", name="", password=password, password_confirmation=password
        )

    assert [sign_up(number).status_int for number in range(5)] == [303] * 5
    assert refused(sign_up(5), 60)
    assert site.count(User) == 5


@pytest.mark.parametrize("path", ["/users/password", "/users/confirmation"])
def test_case_50_3_however_an_address_is_written_it_gets_three_mails_in_ten_minutes(visitor, path):
    spellings = ["reset@x.io", " RESET@x.io ", "Reset@X.io"]
    ips = [f"203.0.113.{number}" for number in range(4)]
    assert [visitor.send(path, email=email, ip=ip).status_int for email, ip in zip(spellings, ips, strict=False)] == [
        303
    ] * 3
    assert refused(visitor.send(path, email="reset@x.io", ip=ips[3]), 600)
    assert visitor.send(path, email="other@x.io", ip=ips[3]).status_int == 303


def test_case_50_4_without_its_counters_sign_in_goes_on_with_one_warning(site, people, monkeypatch, caplog):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}"
    people.add("ana@example.com")
    monkeypatch.setattr(site.registry, "rate_limiter", RateLimiter(RedisCounters(url), site.clock))
    visitor = Visitor(site)
    with caplog.at_level(logging.WARNING):
        assert visitor.sign_in("ana@example.com").status_int == 422
        assert visitor.sign_in("ana@example.com", "correct horse battery").status_int == 303
    assert len([record for record in caplog.records if "rate_limits.store_failed" in record.getMessage()]) == 1
    assert "ana@example.com" not in caplog.text


def test_case_50_4_no_key_holds_an_address_of_mail_and_each_ends_with_its_window(site, redis_server, monkeypatch):
    url = redis_server()
    monkeypatch.setattr(site.registry, "rate_limiter", RateLimiter(RedisCounters(url), site.clock))
    visitor = Visitor(site)
    visitor.sign_in("Ana@example.com ")
    visitor.send("/users/password", email="ana@example.com")
    visitor.send("/users/password", email="")
    with redis.Redis.from_url(url, decode_responses=True) as client:
        keys = client.keys()
        ttls = {key: client.ttl(key) for key in keys}
    assert not [key for key in keys if "ana" in key.lower() or "@" in key]
    assert all(key.startswith(f"{KEY_PREFIX}:") for key in keys)
    assert 590 < next(ttl for key, ttl in ttls.items() if ":sign_in:email-long:" in key) <= 600
    assert f"{KEY_PREFIX}:password:email:blank" in keys
    assert f"{KEY_PREFIX}:password:ip:{HERE}" in keys


def test_the_sixth_guess_at_the_set_up_token_is_refused(make_site):
    site = make_site(LOGISTER_SETUP_TOKEN="sesame-open-sesame")
    visitor = Visitor(site)
    assert [visitor.send("/setup").status_int for _ in range(5)] == [422] * 5
    assert refused(visitor.send("/setup"), 600)


def test_a_window_begins_with_the_first_attempt_and_is_not_extended(site, visitor):
    site.clock.forward(seconds=59)
    for _ in range(10):
        visitor.sign_in()
        site.clock.forward(seconds=5)
    assert refused(visitor.sign_in("other@example.com"), 60)
    site.clock.forward(seconds=10)
    assert visitor.sign_in("other@example.com").status_int == 422


def test_the_rule_of_the_address_of_mail_is_asked_first_and_spares_the_others(site, visitor):
    for number in range(20):
        visitor.sign_in(ip=f"203.0.113.{number}")
    for _ in range(15):
        assert refused(visitor.sign_in(ip="198.51.100.1"), 600)
    # None of those counted for the address that sent them.
    assert [visitor.sign_in(f"{n}@example.com", ip="198.51.100.1").status_int for n in range(10)] == [422] * 10


def test_right_and_wrong_passwords_count_alike(site, people):
    people.add()
    for _ in range(10):
        assert Visitor(site).sign_in("ana@example.com", "correct horse battery").status_int == 303
    assert refused(Visitor(site).sign_in("ana@example.com", "correct horse battery"), 60)


def test_a_log_line_tells_the_rule_and_nobodys_address(visitor, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(11):
            visitor.sign_in("ana@example.com")
    [line] = [record.getMessage() for record in caplog.records if "accounts.too_often" in record.getMessage()]
    assert line == "accounts.too_often form=sign_in rule=ip-short count=11 limit=10 window=60 scope=ip"


def test_of_ipv6_a_whole_network_is_one_identity():
    assert ip_identity("2001:db8:1:2:3:4:5:6") == ip_identity("2001:db8:1:2::1") != ip_identity("2001:db8:1:3::1")
    assert ip_identity("203.0.113.7") == "203.0.113.7"
    assert ip_identity("unknown") == "unknown"


def test_every_form_has_the_rules_of_the_specification():
    told = {form: [(rule.name, rule.limit, rule.window) for rule in rules] for form, rules in RULES.items()}
    assert told == {
        "sign_in": [("email-long", 20, 600), ("ip-short", 10, 60)],
        "sign_up": [("email-hour", 3, 3600), ("ip-hour", 20, 3600), ("ip-short", 5, 60)],
        "password": [("email", 3, 600), ("ip", 5, 600)],
        "confirmation": [("email", 3, 600), ("ip", 5, 600)],
        "setup": [("setup-ip", 5, 600)],
    }


class TestTheLockOut:
    def guess(self, site, visitor, times, ip=HERE, minutes=2):
        """Wrong passwords, slowly enough for the limits; the statuses."""
        statuses = []
        for number in range(times):
            site.clock.forward(minutes=minutes if number else 10)
            statuses.append(visitor.sign_in("ana@example.com", ip=ip).status_int)
        return statuses

    def test_after_ten_wrong_passwords_one_address_waits_longer_and_longer(self, site, people):
        people.add()
        visitor = Visitor(site)
        assert self.guess(site, visitor, 10) == [422] * 10
        pauses = []
        for _ in range(4):
            answer = visitor.sign_in("ana@example.com", "correct horse battery")
            pauses.append(int(answer.headers["Retry-After"]))
            site.clock.forward(seconds=pauses[-1])
            assert visitor.sign_in("ana@example.com").status_int == 422
        assert pauses == [30, 60, 120, 240]

    def test_it_never_lasts_and_the_right_password_ends_it(self, site, people):
        people.add()
        visitor = Visitor(site)
        self.guess(site, visitor, 10)
        site.clock.forward(seconds=900)
        assert visitor.sign_in("ana@example.com", "correct horse battery").status_int == 303
        assert self.guess(site, Visitor(site), 9) == [422] * 9

    def test_another_address_is_not_held_up(self, site, people):
        people.add()
        visitor = Visitor(site)
        self.guess(site, visitor, 10)
        assert refused(visitor.sign_in("ana@example.com"), 30)
        other = visitor.sign_in("ana@example.com", "correct horse battery", ip="198.51.100.9")
        assert other.status_int == 303

    def test_guesses_from_everywhere_pause_strangers_and_not_the_owners_browser(self, site, people):
        people.add()
        owner = Visitor(site)
        assert owner.sign_in("ana@example.com", "correct horse battery").status_int == 303
        owners_browser = owner.browser
        owners_browser.post("/users/sign_out", {"csrf_token": csrf(owners_browser)})

        attacker = Visitor(site)
        network = ip_address("198.51.100.0")
        for number in range(30):
            site.clock.forward(minutes=1)
            assert attacker.sign_in("ana@example.com", ip=str(network + number)).status_int == 422
        assert attacker.sign_in("ana@example.com", ip="192.0.2.1").status_int == 429
        # Not even when the limit of the address is used up as well.
        for number in range(25):
            attacker.sign_in("ana@example.com", ip=f"192.0.2.{number}")
        answer = Visitor(site, owners_browser).sign_in("ana@example.com", "correct horse battery", ip="192.0.2.200")
        assert answer.status_int == 303

    def test_strangers_are_still_let_in_by_a_new_password(self, site, people, post):
        people.add()
        attacker = Visitor(site)
        self.guess(site, attacker, 10)
        assert attacker.sign_in("ana@example.com").status_int == 429
        owner = Visitor(site)
        owner.send("/users/password", email="ana@example.com")
        form = owner.browser.get(post.link()).form
        form["user[password]"] = form["user[password_confirmation]"] = "another horse"
        assert form.submit().status_int == 303
        assert owner.browser.get("/projects").status_int == 200

    def test_an_address_without_an_account_is_answered_alike(self, site, people):
        people.add()
        answers = {}
        for email in ("ana@example.com", "nobody@example.com"):
            visitor = Visitor(site)
            site.clock.forward(minutes=10)
            for _ in range(10):
                site.clock.forward(minutes=2)
                visitor.sign_in(email)
            answer = visitor.sign_in(email)
            answers[email] = (answer.status_int, answer.headers["Retry-After"], answer.text)
        assert answers["ana@example.com"] == answers["nobody@example.com"]

    @pytest.mark.parametrize("cookie", ["", "x", "x.y", ".", "made.up"])
    def test_a_browser_that_only_claims_to_be_known_is_a_stranger(self, site, people, cookie):
        people.add()
        visitor = Visitor(site)
        visitor.browser.set_cookie("logister_device", cookie)
        self.guess(site, visitor, 10)
        assert refused(visitor.sign_in("ana@example.com"), 30)

    def test_what_proves_one_account_proves_no_other(self, site, people):
        people.add()
        people.add("eve@example.com")
        eve = Visitor(site)
        eve.sign_in("eve@example.com", "correct horse battery")
        eve.browser.post("/users/sign_out", {"csrf_token": csrf(eve.browser)})
        visitor = Visitor(site, eve.browser)
        for number in range(20):
            visitor.sign_in("ana@example.com", ip=f"198.51.100.{number}")
        assert refused(visitor.sign_in("ana@example.com", ip="198.51.100.99"), 600)

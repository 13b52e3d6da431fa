from __future__ import annotations

import hashlib

from logister_core.security.keys import derived_key
from logister_core.security.tokens import Signer, digest, new_token, same

SECRET = "s" * 40


def test_every_purpose_has_a_key_of_its_own():
    assert derived_key(SECRET, "csrf") != derived_key(SECRET, "flash")
    assert derived_key(SECRET, "csrf") != derived_key("t" * 40, "csrf")
    assert derived_key(SECRET, "csrf") == derived_key(SECRET, "csrf")
    assert len(derived_key(SECRET, "csrf")) == 32


def test_tokens_are_long_and_never_the_same():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_the_digest_of_a_token_is_its_sha256():
    assert digest("logister_abc") == hashlib.sha256(b"logister_abc").hexdigest()


def test_any_text_can_be_compared():
    assert same("ä\ud800", "ä\ud800")
    assert not same("ä", "a")
    assert not same("", "a")


def test_what_was_signed_comes_back():
    signer = Signer(SECRET, "flash")
    assert signer.verified(signer.sign(b'[["notice","h\xc3\xa9"]]')) == b'[["notice","h\xc3\xa9"]]'


def test_what_was_changed_does_not_verify():
    signed = Signer(SECRET, "flash").sign(b"hello")
    text, _, signature = signed.partition(".")
    for forged in ("", ".", text, f"{text}.", f"{text}x.{signature}", f"{text}.{signature}x", "é.é"):
        assert Signer(SECRET, "flash").verified(forged) is None


def test_a_signature_for_one_purpose_does_not_verify_for_another():
    assert Signer(SECRET, "csrf").verified(Signer(SECRET, "flash").sign(b"hello")) is None
    assert Signer("t" * 40, "flash").verified(Signer(SECRET, "flash").sign(b"hello")) is None

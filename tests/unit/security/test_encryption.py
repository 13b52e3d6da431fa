from __future__ import annotations

import base64

import pytest

from logister_core.security.encryption import Cipher, Undecipherable

SECRET = "s" * 40


def test_what_is_encrypted_can_be_read_and_shows_nothing():
    sealed = cipher().encrypt("s3cret", "email.smtp_password")
    assert sealed.startswith("v1:")
    assert b"s3cret" not in base64.b64decode(sealed.removeprefix("v1:"))
    assert cipher().decrypt(sealed, "email.smtp_password") == "s3cret"


def test_the_same_text_looks_different_each_time():
    assert cipher().encrypt("x", "a") != cipher().encrypt("x", "a")


@pytest.mark.parametrize(
    "reader",
    [
        lambda sealed: Cipher("t" * 40, "settings").decrypt(sealed, "a"),
        lambda sealed: Cipher(SECRET, "something else").decrypt(sealed, "a"),
        lambda sealed: cipher().decrypt(sealed, "b"),
        lambda sealed: cipher().decrypt(sealed.replace("v1:", "v2:"), "a"),
        lambda sealed: cipher().decrypt(sealed[:-8] + "AAAAAAA=", "a"),
        lambda sealed: cipher().decrypt("v1:AAAA", "a"),
        lambda sealed: cipher().decrypt("v1:not base64", "a"),
        lambda sealed: cipher().decrypt("", "a"),
    ],
    ids=["secret", "purpose", "place", "version", "damage", "length", "alphabet", "nothing"],
)
def test_anything_else_cannot_be_read(reader):
    with pytest.raises(Undecipherable):
        reader(cipher().encrypt("x", "a"))


def cipher():
    return Cipher(SECRET, "settings")

"""Passwords: which are accepted, and how they are kept."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 1024


class PasswordHasher:
    """Argon2id, at the cost OWASP recommends (19 MiB, 2 passes): all request threads may hash at once."""

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        # Checked against when there is no such user, so that the time of an answer does not tell who has an account.
        self._nobody = self.hash("no password has this hash")

    @classmethod
    def for_tests(cls) -> PasswordHasher:
        """As cheap as Argon2 gets."""
        return cls(memory_kib=8, passes=1)

    def hash(self, password: str) -> str:
        """The hash with its salt and parameters, as stored."""
        return self._argon2.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` has that hash; takes as long, and is false, when there is none."""
        try:
            return self._argon2.verify(stored or self._nobody, _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than new ones are."""
        return self._argon2.check_needs_rehash(stored)


def password_problem(password: str) -> str | None:
    """The sentence that says why this password is not accepted, or None."""
    if len(password) < MINIMUM_LENGTH:
        return f"Choose a password of at least {MINIMUM_LENGTH} characters."
    if len(password) > MAXIMUM_LENGTH:
        return f"A password has at most {MAXIMUM_LENGTH:,} characters."
    if password.strip().lower() in common_passwords():
        return "This password is among the first that attackers try. Choose another one."
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Lower case; only those long enough to be accepted otherwise."""
    listed = files("logister_core.accounts").joinpath("common_passwords.txt").read_text(encoding="ascii")
    return frozenset(listed.split())


def _normal(password: str) -> bytes:
    # Keyboards of different systems send the same letter as different code points.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")

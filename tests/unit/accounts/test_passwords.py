from __future__ import annotations

import pytest

from logister_core.accounts.passwords import PasswordHasher, common_passwords, password_problem


def test_a_password_is_found_right_by_its_hash(hasher):
    stored = hasher.hash("correct horse battery")
    assert hasher.verify(stored, "correct horse battery")
    assert not hasher.verify(stored, "correct horse batter")
    assert "correct" not in stored


def test_the_same_password_has_a_different_hash_each_time(hasher):
    assert hasher.hash("correct horse battery") != hasher.hash("correct horse battery")


def test_all_characters_of_a_long_password_count(hasher):
    stored = hasher.hash("a" * 1023 + "b")
    assert not hasher.verify(stored, "a" * 1023 + "c")


def test_a_letter_counts_the_same_however_a_keyboard_composes_it(hasher):
    assert hasher.verify(hasher.hash("pâssphräse"), "pa\u0302ssphra\u0308se")


def test_no_hash_is_never_right(hasher):
    assert not hasher.verify(None, "no password has this hash")


@pytest.mark.parametrize("stored", ["", "-", "$2a$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8"])
def test_a_damaged_or_foreign_hash_is_never_right(hasher, stored):
    assert not hasher.verify(stored, "correct horse battery")


def test_a_hash_with_other_parameters_is_outdated(hasher):
    assert not hasher.outdated(hasher.hash("correct horse battery"))
    assert PasswordHasher(memory_kib=16, passes=2).outdated(hasher.hash("correct horse battery"))


def test_the_product_hashes_at_the_recommended_cost():
    assert PasswordHasher().hash("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("password", ["7 chars", "", "x" * 1025, "password1", "PassWord1", "12345678", "qwertyuiop"])
def test_short_long_and_common_passwords_are_refused(password):
    assert password_problem(password) is not None


@pytest.mark.parametrize("password", ["8 chars!", "x" * 1024, "correct horse battery", "ÄÖÜäöüßß"])
def test_others_are_accepted_whatever_they_are_made_of(password):
    assert password_problem(password) is None


def test_the_list_holds_what_would_be_accepted_otherwise():
    assert len(common_passwords()) >= 200
    assert all(len(word) >= 8 and word == word.lower() for word in common_passwords())


@pytest.fixture
def hasher() -> PasswordHasher:
    return PasswordHasher.for_tests()

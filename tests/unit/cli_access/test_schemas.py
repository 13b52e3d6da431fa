"""Logins that nobody thought of."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from logister_core.cli_access.device_logins import bare_code
from logister_core.cli_access.errors import InvalidParameter
from logister_core.cli_access.schemas import NAME_LENGTH, device_code, wanted_login
from logister_core.cli_access.scopes import GRANTED, READ_SCOPES

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(sorted(GRANTED))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
FIELDS = st.dictionaries(st.sampled_from(["client_name", "scopes", "scope", "device_code"]), VALUES)


@given(FIELDS)
def test_whatever_is_sent_is_understood_or_refused(fields):
    assert isinstance(device_code(fields), str)
    with suppress(InvalidParameter):
        wanted = wanted_login(fields)
        assert 0 < len(wanted.client_name) <= NAME_LENGTH
        assert set(wanted.scopes) <= GRANTED
        assert len(set(wanted.scopes)) == len(wanted.scopes) > 0


def test_reading_is_what_a_login_asks_for_that_names_nothing():
    assert wanted_login({}).scopes == READ_SCOPES
    assert [scope for scope in READ_SCOPES if not scope.endswith(":read")] == []


@given(st.text())
def test_of_a_code_letters_and_digits_count(typed):
    bare = bare_code(typed)
    assert bare == bare_code(f" {bare.lower()} - ")
    assert bare.isascii()

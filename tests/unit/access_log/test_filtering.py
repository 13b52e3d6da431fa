"""What of an address reaches the log (spec 80 §9)."""

from __future__ import annotations

import pytest

from logister_core.access_log.filtering import is_sensitive, loggable_path, loggable_query

TOKEN = "kJ8s-0fQ2mZr7TqPz1aXy_Lw"
UUID = "018f4e6a-77aa-7bcd-9abc-0123456789ab"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "user[email]",
        "Client_Secret",
        "csrf_token",
        "api_key",
        "encrypted",
        "salt",
        "otp",
        "ssn",
        "cvv",
        "cvc",
        "settings[smtp]",
        "clear_keys",
        "setup_token",
        "test_recipient",
        "CERTIFICATE",
    ],
)
def test_parameters_whose_name_contains_a_telling_part_are_filtered(name: str):
    assert is_sensitive(name)


@pytest.mark.parametrize("name", ["q", "filter", "period", "cursor", "environment", "key"])
def test_other_parameters_are_readable(name: str):
    assert not is_sensitive(name)


def test_a_query_keeps_names_and_order_and_loses_sensitive_values():
    query = "q=Order%20failed&token=abc&user[email]=a%40x.io&empty=&token=def"
    assert loggable_query(query) == ("q=Order+failed&token=[FILTERED]&user[email]=[FILTERED]&empty=&token=[FILTERED]")


def test_a_query_of_broken_bytes_does_not_break_the_log():
    assert loggable_query("q=%ff%0a") == "q=%EF%BF%BD%0A"


def test_case_80_29_the_token_segment_of_a_matched_route_is_replaced():
    path = loggable_path({"PATH_INFO": f"/unsubscribe/{TOKEN}/done"}, {"token": TOKEN})
    assert path == "/unsubscribe/[FILTERED]/done"


def test_ids_of_a_matched_route_stay_readable():
    assert loggable_path({"PATH_INFO": f"/projects/{UUID}"}, {"project": UUID}) == f"/projects/{UUID}"


def test_a_mistyped_link_does_not_give_its_token_away():
    assert loggable_path({"PATH_INFO": f"/unsubscribe/{TOKEN}/"}, None) == "/unsubscribe/[FILTERED]/"
    assert loggable_path({"PATH_INFO": f"/events/{UUID}/x"}, None) == f"/events/{UUID}/x"


def test_the_rest_of_a_route_that_takes_many_segments_is_replaced_segment_by_segment():
    assert loggable_path({"PATH_INFO": "/reset/ab/cd"}, {"token": ("ab", "cd")}) == "/reset/[FILTERED]/[FILTERED]"


def test_a_path_is_encoded_prefixed_and_cut():
    assert loggable_path({"SCRIPT_NAME": "/logister", "PATH_INFO": "/a b\n\xff"}, {}) == "/logister/a%20b%0A%FF"
    assert loggable_path({"PATH_INFO": ""}, {}) == "/"
    assert len(loggable_path({"PATH_INFO": "/a" * 5000}, {})) == 1000

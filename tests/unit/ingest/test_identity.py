import pytest

from logister_core.ingest.normalization import batch_identity_problem

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"uuid": ONE}, None),
        ({"eventId": ONE.upper()}, None),
        ({"uuid": ONE, "event_id": ONE.upper()}, None),
        ({"uuid": " ", "EVENT_ID": ONE}, None),
        ({}, "missing_identity"),
        ({"uuid": "", "event_id": None}, "missing_identity"),
        ({"uuid": "x"}, "invalid_identity"),
        ({"uuid": ONE, "event_id": "x"}, "invalid_identity"),
        ({"uuid": ["x"]}, "invalid_identity"),
        ({"uuid": ONE, "event_id": TWO}, "conflicting_identity"),
    ],
)
def test_case_10_29_batch_lines_need_one_valid_identity(event, problem):
    assert batch_identity_problem(event) == problem

import pytest

from logister_core.ingest.errors import MissingEnvelope
from logister_core.ingest.normalization import check_in_envelope, deployment_envelope, event_envelope


@pytest.mark.parametrize(
    "document",
    [{"payload": {}}, {"event": {}}, {"event": "x"}, {"event": [1]}, {"event": None}, {}, [], "event", None, 1],
)
def test_case_10_11_a_missing_or_empty_event_is_refused_by_name(document):
    with pytest.raises(MissingEnvelope) as refusal:
        event_envelope(document)
    assert refusal.value.status == 400
    assert refusal.value.body == {"error": "param is missing or the value is empty or invalid: event"}
    assert refusal.value.reason == "missing_event_envelope"


def test_event_is_found_in_both_cases_and_other_roots_are_ignored():
    assert event_envelope({"event": {"a": 1}, "EVENT": {"b": 1}, "x": 2}) == {"a": 1}
    assert event_envelope({"EVENT": {"b": 1}}) == {"b": 1}


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"check_in": {"slug": "x", "context": {}}}, {"slug": "x", "context": {}}),
        ({"CHECK_IN": {"SLUG": "x"}}, {"slug": "x"}),
        ({"slug": "x", "expectedIntervalSeconds": 5}, {"slug": "x", "expected_interval_seconds": 5}),
        ({"check_in": {"nothing": 1}, "CHECK_IN": {"status": "ok"}}, {"status": "ok"}),
    ],
)
def test_case_10_31_check_ins_are_found_in_their_envelope_or_at_the_root(document, fields):
    assert check_in_envelope(document) == fields


@pytest.mark.parametrize("document", [{"payload": {"slug": "x"}}, {"check_in": {}}, {"check_in": "x"}, [], None])
def test_case_10_31_anything_else_names_the_missing_check_in(document):
    with pytest.raises(MissingEnvelope, match="missing_check_in_envelope") as refusal:
        check_in_envelope(document)
    assert refusal.value.body["error"].endswith(": check_in")


def test_deployment_keys_are_normalized_at_every_level_and_only_so():
    sent = {"DEPLOYMENT": {"commitSha": "abc", "pullRequest": {"htmlUrl": "u"}, "list": [{"aB": 1}]}}
    assert deployment_envelope(sent) == {
        "commit_sha": "abc",
        "pull_request": {"html_url": "u"},
        "list": [{"a_b": 1}],
    }
    assert deployment_envelope({"release": "1"}) == {"release": "1"}


def test_a_deployment_without_any_known_field_is_refused_by_name():
    with pytest.raises(MissingEnvelope) as refusal:
        deployment_envelope({"deployment": {"version": "1"}})
    assert "deployment" in refusal.value.body["error"]

"""What a report tells of a refused body."""

from __future__ import annotations

from typing import Any

import pytest

from logister_core.client_submissions.payload import is_own_report, summary

OWN: dict[str, Any] = {
    "event_type": "log",
    "message": "Client ingest rejected",
    "context": {"client_submission": {"reason": "invalid_event"}},
}


def test_keys_are_named_and_values_are_not() -> None:
    document = {
        "EVENT": {"EVENT_TYPE": "error", "LEVEL": "fatal", "MESSAGE": "secret", "CONTEXT": {"password": "secret"}},
        "other": "secret",
    }
    told = summary(document, "ingest")
    assert told == {
        "root_keys": ["EVENT", "other"],
        "envelope_key": "EVENT",
        "envelope_key_case": "uppercase",
        "envelope_keys": ["EVENT_TYPE", "LEVEL", "MESSAGE", "CONTEXT"],
        "normalized_envelope_keys": ["event_type", "level", "message", "context"],
        "event_type": "error",
        "level": "fatal",
        "message_present": True,
        "check_in_slug": None,
        "check_in_status": None,
        "context_keys": ["password"],
    }


@pytest.mark.parametrize(("key", "case"), [("event", "lowercase"), ("EVENT", "uppercase"), ("Event", "mixed")])
def test_the_spelling_of_the_envelope_is_told(key: str, case: str) -> None:
    told = summary({key: {"message": " "}}, "ingest")
    assert (told["envelope_key"], told["envelope_key_case"], told["message_present"]) == (key, case, False)


def test_check_ins_are_named_by_slug_and_status() -> None:
    for document in ({"checkIn": {"slug": "s", "Status": "ok"}}, {"slug": "s", "status": "ok"}):
        told = summary(document, "check_in")
        assert (told["check_in_slug"], told["check_in_status"]) == ("s", "ok")
    event = {"event": {"event_type": "check_in", "context": {"check_in_slug": "s", "check_in_status": "ok"}}}
    told = summary(event, "ingest")
    assert (told["check_in_slug"], told["check_in_status"]) == ("s", "ok")


@pytest.mark.parametrize("document", [[], "text", 5, [{"event": {}}]])
def test_what_is_no_object_has_no_keys(document: object) -> None:
    assert summary(document, "ingest") == {"root_keys": []}


@pytest.mark.parametrize("value", ["text", [1], None, {}])
def test_an_envelope_that_is_no_object_is_named_only(value: object) -> None:
    assert summary({"event": value, "a": 1}, "ingest") == {
        "root_keys": ["event", "a"],
        "envelope_key": "event",
        "envelope_key_case": "lowercase",
    }


def test_hostile_documents_give_short_summaries() -> None:
    many = {f"{number:04}" + "k" * 1000: {} for number in range(500)}
    told = summary({"event": {"event_type": "t" * 5000, "level": ["x"], "context": many} | many} | many, "ingest")
    for name in ("root_keys", "envelope_keys", "normalized_envelope_keys", "context_keys"):
        assert len(told[name]) == 50
        assert max(map(len, told[name])) == 80
    assert len(told["event_type"]) == 100
    assert told["level"] is None


def test_reports_of_refusals_are_known() -> None:
    assert is_own_report({"event": OWN})
    assert is_own_report({"EVENT": {key.upper(): value for key, value in OWN.items()}})


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "error"},
        {"message": "A client was rejected"},
        {"message": None},
        {"context": {}},
        {"context": "client_submission"},
    ],
)
def test_anything_else_is_no_report(change: dict[str, Any]) -> None:
    assert not is_own_report({"event": OWN | change})
    assert not is_own_report(OWN)
    assert not is_own_report(None)

"""Bodies are compressed with what a project's events have in common, and read back whatever they were written with."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from factories.projects import api_key, project
from logister_core.bench.payload import templates
from logister_core.ingest.dictionaries import Dictionaries, dictionary
from logister_core.ingest.dictionaries.service import BELIEVED_FOR
from logister_core.ingest.models import IngestEvent, TelemetryDictionary
from logister_core.ingest.normalization import decode_json, event_envelope
from support.instance import Instance

SECRET = "hunter2-of-ana"


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def crash(function: str, **values: Any) -> dict[str, Any]:
    frames = [
        {"filename": f"/app/shop/{name}.py", "lineno": 7, "name": f"{name}_{function}", "line": f"return {name}(cart)"}
        for name in ("views", "orders", "stock", "payments", "mails")
    ]
    exception = {"class": "OutOfStock", "message": "no more", "frames": frames}
    return {"event_type": "error", "message": "OutOfStock", "context": {"exception": exception, **values}}


def send(site: Instance, token: str, event: dict[str, Any]) -> IngestEvent:
    """What was stored of it."""
    uuid = uuid4()
    assert site.post("/api/v1/ingest_events", {"event": event | {"uuid": str(uuid)}}, token).status_int == 201
    [found] = [row for row in site.rows(IngestEvent) if row.uuid == uuid]
    return found


def read_elsewhere(site: Instance, event: IngestEvent, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The context, as a process reads it that has seen nothing yet."""
    monkeypatch.setattr(dictionary, "_known", {})
    return site.context(event)


def test_what_an_event_shares_with_earlier_ones_is_stored_once(
    site: Instance, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, made = Random(1), templates("2.9")
    events = [event_envelope(decode_json(made[number].fill(number, random))) for number in range(20)]
    stored = [send(site, token, event) for event in events]
    assert len(site.rows(TelemetryDictionary)) == 1
    # Compressed alone, such an event takes 850 bytes.
    assert all(len(event.body) < 400 for event in stored)
    for sent, event in zip(events, stored, strict=True):
        assert read_elsewhere(site, event, monkeypatch)["exception"] == sent["context"]["exception"]


def test_nothing_of_a_person_enters_a_dictionary(site: Instance, token: str) -> None:
    event = crash("total", user_id=SECRET, password=SECRET, breadcrumbs=[{"message": SECRET}], **{SECRET: 1})
    event["message"] = event["context"]["exception"]["message"] = SECRET
    for frame in event["context"]["exception"]["frames"]:
        frame |= {"locals": {"card": SECRET}, SECRET: 1, "pre_context": [SECRET], "name": "total", "line": "x" * 301}
    event["context"]["backtrace"] = [f"{SECRET} was here", {"message": SECRET}]
    send(site, token, event)
    [found] = site.rows(TelemetryDictionary)
    assert b"/app/shop/orders.py" in found.content
    assert SECRET.encode() not in found.content
    assert b"xxx" not in found.content


def test_a_dictionary_is_made_anew_after_a_day_that_brought_new_code(
    site: Instance, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(site, token, crash("one"))
    intake = site.registry.intake
    monotonic = [0.0]
    intake.rows._dictionaries = Dictionaries(site.registry.engine, site.clock, lambda: monotonic[0])

    def later(seconds: float, **delta: float) -> IngestEvent:
        monotonic[0] += seconds
        site.clock.now += timedelta(**delta)
        return send(site, token, crash("two"))

    later(0, minutes=1)
    later(BELIEVED_FOR, minutes=10)
    assert len(site.rows(TelemetryDictionary)) == 1
    second = later(BELIEVED_FOR, days=1)
    assert len(site.rows(TelemetryDictionary)) == 2
    newest = max(site.rows(TelemetryDictionary), key=lambda row: row.created_at)
    assert b"orders_one" in newest.content
    assert b"orders_two" in newest.content
    later(BELIEVED_FOR, days=2)
    assert len(site.rows(TelemetryDictionary)) == 2
    for event, function in ((first, "one"), (second, "two")):
        frames = read_elsewhere(site, event, monkeypatch)["exception"]["frames"]
        assert frames[0]["name"] == f"views_{function}"


def test_another_process_finds_the_newest_dictionary_instead_of_making_one(site: Instance, token: str) -> None:
    send(site, token, crash("one"))
    site.registry.intake.rows._dictionaries = Dictionaries(site.registry.engine, site.clock)
    event = send(site, token, crash("two"))
    assert len(site.rows(TelemetryDictionary)) == 1
    assert site.context(event)["exception"]["frames"][0]["name"] == "views_two"


def test_telemetry_without_stacks_shares_what_the_server_writes(site: Instance, token: str) -> None:
    event = send(site, token, {"event_type": "log", "message": "hello"})
    [found] = site.rows(TelemetryDictionary)
    assert b"TelemetryEvidenceNormalizer" in found.content
    assert len(event.body) < 200
    assert site.context(event)["environment"] == "production"


def test_projects_do_not_share(site: Instance) -> None:
    tokens = [api_key(site, project(site)) for _ in range(2)]
    bodies = [send(site, token, crash("one")).body for token in tokens]
    assert len({row.project_id for row in site.rows(TelemetryDictionary)}) == 2
    assert bodies[0][:8] != bodies[1][:8]


def test_events_are_accepted_when_dictionaries_cannot_be_had(site: Instance, token: str) -> None:
    with site.write() as db:
        db.execute(text("DROP TABLE telemetry_dictionaries"))
    event = send(site, token, crash("one"))
    assert site.context(event)["exception"]["frames"][0]["name"] == "views_one"


def test_a_body_whose_dictionary_is_gone_says_so(site: Instance, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event = send(site, token, crash("one"))
    with site.write() as db:
        db.execute(text("DELETE FROM telemetry_dictionaries"))
    with pytest.raises(LookupError, match="dictionary"):
        read_elsewhere(site, event, monkeypatch)

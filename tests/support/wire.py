"""What real clients sent (`tests/wire`), sent again; and what came of it, in the words of their `expected`."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import webtest
from sqlalchemy import select

from logister_core.deployments.models import ProjectDeployment
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.monitors.models import CheckInMonitor
from logister_core.projects.models import Project

from .instance import Instance
from .recorder import KEY_PLACEHOLDER

FOLDER = Path(__file__).parents[1] / "wire"

SENDER = "203.0.113.9"

# Numbers that the server hands out, its clock, and what is compared in another way.
_NOT_TOLD = {
    "id", "project_id", "api_key_id", "batch_id", "received_at", "created_at", "updated_at", "body", "uuid",
    "last_event_id", "last_event_uuid", "latest_event_id", "latest_event_uuid", "notification_transition_id",
}  # fmt: skip


@dataclass(frozen=True)
class Recording:
    path: Path

    @cached_property
    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.path.read_text())
        return document

    @property
    def name(self) -> str:
        return f"{self.client}/{self.path.stem}"

    @property
    def client(self) -> str:
        client: str = self._document["client"]
        return client

    @property
    def request(self) -> dict[str, Any]:
        request: dict[str, Any] = self._document["request"]
        return request

    @property
    def received_at(self) -> datetime:
        return datetime.fromisoformat(self.request["received_at"])

    @property
    def expected(self) -> dict[str, Any] | None:
        return self._document["expected"]

    @property
    def user_agent(self) -> str:
        """A header that each client spells in its own case."""
        [found] = [value for name, value in self.request["headers"].items() if name.lower() == "user-agent"]
        return str(found)

    @property
    def kind(self) -> str:
        """The project's: `logister-js-0.2.5` speaks for a project of kind javascript."""
        language = self.client.split("-")[1]
        return {"js": "javascript"}.get(language, language)

    @property
    def body(self) -> bytes:
        """As it went over the wire."""
        packed = self.request.get("gzip")
        return base64.b64decode(packed) if packed else self.request["body"].encode()

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        """The objects inside `event`, `check_in` or `deployment`, one for each line."""
        content = gzip.decompress(self.body) if "gzip" in self.request else self.body
        return [next(iter(json.loads(line).values())) for line in content.splitlines()]

    def send(self, site: Instance, token: str) -> webtest.TestResponse:
        """Post it again, to the byte and at the same time, with `token` in the place of the recorded key."""
        site.clock.now = self.received_at
        headers = {name: value.replace(KEY_PLACEHOLDER, token) for name, value in self.request["headers"].items()}
        browser = site.browser()
        browser.extra_environ["REMOTE_ADDR"] = SENDER
        return browser.post(self.request["path"], self.body, headers=headers, status="*")


def recordings() -> list[Recording]:
    return [Recording(path) for path in sorted(FOLDER.glob("*/*.json"))]


def outcome(recording: Recording, site: Instance, project: Project, answer: webtest.TestResponse) -> dict[str, Any]:
    """The status, the answer without the server's numbers, and every row of the project that has a value.

    Columns without a value are left out, times are ISO. `added` tells by path what the stored context has beyond
    the one that was sent; whatever was sent must be there unchanged.
    """

    def rows(model: Any) -> list[Any]:
        with site.read() as db:
            return list(db.scalars(select(model).where(model.project_id == project.id).order_by(model.id)))

    events, spans, deployments = rows(IngestEvent), rows(TraceSpan), rows(ProjectDeployment)
    told = {
        "events": [_signal(recording, site, row) for row in events],
        "spans": [_signal(recording, site, row) for row in spans],
        "groups": [_columns(group) for group in rows(ErrorGroup)],
        "monitors": [_monitor(monitor) for monitor in rows(CheckInMonitor)],
        "deployments": [_deployment(deployment, events) for deployment in deployments],
    }
    named = {str(row.uuid): row.id for row in (*events, *spans, *deployments)}
    return {
        "status": answer.status_int,
        "answer": _without_numbers(answer.json, named, recording),
        **{name: rows for name, rows in told.items() if rows},
    }


def _without_numbers(answer: Any, named: dict[str, int], recording: Recording) -> Any:
    """Both ids must be those of one row; an id that the client chose is kept."""
    if not isinstance(answer, dict):
        return answer
    answer = dict(answer)
    if "results" in answer:
        answer["results"] = [_without_numbers(result, named, recording) for result in answer["results"]]
        return answer
    row_id = named[answer["id"]]
    if not _chosen(recording, answer["id"]):
        del answer["id"]
    assert answer.pop("legacy_id", row_id) == row_id
    return answer


def _chosen(recording: Recording, uuid: object) -> bool:
    return any(envelope.get("uuid") == str(uuid) for envelope in recording.envelopes)


def _columns(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in row.__table__.columns.keys() if name not in _NOT_TOLD}  # noqa: SIM118
    return {name: _told(value) for name, value in values.items() if value is not None and value != {}}


def _told(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _monitor(monitor: CheckInMonitor) -> dict[str, Any]:
    state = monitor.state_at(monitor.last_check_in_at).value
    return _columns(monitor) | {"state": state}


def _deployment(deployment: ProjectDeployment, events: list[IngestEvent]) -> dict[str, Any]:
    """With the position of the event that told of it, in place of the event's ids."""
    told = _columns(deployment)
    details = told.get("details", {})
    if "event_id" in details:
        [position] = [index for index, event in enumerate(events) if event.id == details.pop("event_id")]
        assert details.pop("event_uuid") == str(events[position].uuid)
        told["told_by_event"] = position
    return told


def _signal(recording: Recording, site: Instance, row: IngestEvent | TraceSpan) -> dict[str, Any]:
    told = _columns(row)
    assert row.received_at == recording.received_at
    envelopes = recording.envelopes
    [envelope] = [found for found in envelopes if len(envelopes) == 1 or found["uuid"] == str(row.uuid)]
    if _chosen(recording, row.uuid):
        told = {"uuid": str(row.uuid), **told}
    # The check-in endpoint has fields of its own and keeps no context.
    sent = envelope["context"] if "event_type" in envelope else {}
    body = site.body(row)
    assert body["request"] == {"ip": SENDER, "user_agent": recording.user_agent}
    return told | {"added": dict(_added(sent, body["context"], ""))}


def _added(sent: Any, kept: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(sent, dict) and isinstance(kept, dict):
        assert sent.keys() <= kept.keys(), f"lost below {path}: {sent.keys() - kept.keys()}"
        for key, value in kept.items():
            if key in sent:
                yield from _added(sent[key], value, f"{path}{key}.")
            else:
                yield f"{path}{key}", value
    elif isinstance(sent, list) and isinstance(kept, list):
        assert len(sent) == len(kept), path
        for index, (left, right) in enumerate(zip(sent, kept, strict=True)):
            yield from _added(left, right, f"{path}{index}.")
    else:
        assert (type(sent), sent) == (type(kept), kept), path

"""The real client, `logister-python`, for each service and release."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from logister_core.demo.telemetry import Client, Report

MISSING = "the demo sends through the client: pip install 'logister[demo]' (it brings logister-python)"


class ClientMissing(Exception):
    """`logister-python` is not installed."""

    def __init__(self) -> None:
        super().__init__(MISSING)


class Clients:
    """`send(report, number)` for the reports of a story, from several threads."""

    def __init__(self, base_url: str, tokens: dict[str, str], projects: dict[str, str], locals_of: set[str]) -> None:
        self._make = client_class()
        self._base_url = base_url
        self._tokens = tokens
        self._projects = projects
        self._locals_of = locals_of
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def send(self, report: Report, number: int) -> None:
        """`number` is the place in the story. Sent again, the event has the same UUID and is not counted again."""
        client = self._client(report)
        with client.numbered(str(uuid5(NAMESPACE_URL, f"{self._projects[report.service]}/{number}"))):
            report.send(client)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _client(self, report: Report) -> Client:
        key = report.service, report.release.name
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(
                    api_key=self._tokens[report.service],
                    base_url=self._base_url,
                    environment="production",
                    release=report.release.name,
                    repository=report.release.repository,
                    commit_sha=report.release.commit,
                    branch="main",
                    capture_locals=report.service in self._locals_of,
                    timeout=30.0,
                )
            return self._clients[key]


def client_class() -> Callable[..., Client]:
    """The client, which can be told the UUID of its next event. Raises `ClientMissing`."""
    try:
        from logister import LogisterClient  # type: ignore[import-untyped]
    except ImportError as error:
        raise ClientMissing from error

    class NumberedClient(LogisterClient):
        """Everything as in the base class; only the random UUID of events is replaced by one that repeats."""

        _next = threading.local()

        def numbered(self, uuid: str) -> Any:
            return _Numbered(self._next, uuid)

        def send_event(self, **event: Any) -> Any:
            return LogisterClient.send_event(self, event_uuid=self._next.uuid, **event)

    return NumberedClient


class _Numbered:
    def __init__(self, place: threading.local, uuid: str) -> None:
        self._place = place
        self._uuid = uuid

    def __enter__(self) -> None:
        self._place.uuid = self._uuid

    def __exit__(self, *_error: object) -> None:
        self._place.uuid = None

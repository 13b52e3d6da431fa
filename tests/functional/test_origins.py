"""Telemetry from pages of other origins (specification, ingest chapter §1, CORS)."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from factories.projects import api_key, project
from logister_core.ingest.models import IngestEvent
from support.instance import Instance

PATHS = [
    "/api/v1/ingest_events",
    "/api/v1/ingest_events.json",
    "/api/v1/ingest_events/batch",
    "/api/v1/check_ins",
    "/api/v1/deployments/",
]
SHOP = "https://shop.example.com"
OTHER = "https://other.example.com"
EVENT = {"event": {"event_type": "log", "message": "hello"}}


def ask(site: Instance, origin: str | None, path: str = PATHS[0]) -> webtest.TestResponse:
    headers = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    if origin is not None:
        headers["Origin"] = origin
    return site.browser().options(path, headers=headers, status=204)


def test_no_origin_is_allowed_unless_a_project_lists_it(site: Instance) -> None:
    token = api_key(site, project(site))
    assert not [name for name in ask(site, SHOP).headers if name.startswith("Access-Control")]
    answer = site.post(PATHS[0], EVENT, token, headers={"Origin": SHOP})
    assert answer.status_int == 201
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_is_told_that_a_listed_origin_may_send(site: Instance, path: str) -> None:
    project(site, allowed_origins=[SHOP])
    answer = ask(site, SHOP, path)
    assert answer.body == b""
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert answer.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "x-api-key", "x-logister-batch-id", "user-agent"} <= set(allowed)
    assert answer.headers["Vary"] == "Origin"
    for origin in (OTHER, "null", None):
        assert "Access-Control-Allow-Origin" not in ask(site, origin, path).headers


def test_a_page_reads_the_answer_and_every_refusal(site: Instance) -> None:
    token = api_key(site, project(site, allowed_origins=[SHOP]))
    for document, sent, status in ((EVENT, token, 201), ({}, token, 400), (EVENT, "wrong", 401)):
        answer = site.post(PATHS[0], document, sent, headers={"Origin": SHOP})
        assert answer.status_int == status
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_page_of_another_project_is_refused(site: Instance) -> None:
    token = api_key(site, project(site, allowed_origins=[SHOP]))
    project(site, allowed_origins=[OTHER])
    answer = site.post(PATHS[0], EVENT, token, headers={"Origin": OTHER})
    assert (answer.status_int, answer.json["code"]) == (403, "origin_not_allowed")
    assert site.count(IngestEvent) == 0
    # Programs name no origin.
    assert site.post(PATHS[0], EVENT, token).status_int == 201


def test_an_archived_project_allows_nobody(site: Instance) -> None:
    project(site, allowed_origins=[SHOP], archived_at=site.clock())
    assert "Access-Control-Allow-Origin" not in ask(site, SHOP).headers


def test_asking_again_soon_does_not_ask_the_database(site: Instance, monkeypatch: Any) -> None:
    origins = site.registry.intake.origins
    seconds = [0.0]
    monkeypatch.setattr(origins, "_monotonic", lambda: seconds[0])
    ask(site, SHOP)
    project(site, allowed_origins=[SHOP])
    seconds[0] = 4.9
    assert "Access-Control-Allow-Origin" not in ask(site, SHOP).headers
    seconds[0] = 5.0
    assert ask(site, SHOP).headers["Access-Control-Allow-Origin"] == SHOP

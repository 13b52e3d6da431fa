"""For what a submission is reported (specification, ingest chapter §3.6, and operations chapter §6.3)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from factories.mobile_tokens import app, ask
from factories.projects import api_key, project
from factories.rejections import (
    BATCH,
    CHECK_INS,
    DEPLOYMENTS,
    EVENTS,
    LOG,
    change,
    line,
    post,
    reasons,
    rejection,
    rejections,
)
from logister_core.api_keys.models import ApiKey
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project
from support.instance import Instance

# Every one of its kind: who is refused for what, by what was sent.
FIELDS: list[tuple[str, str, Any, str, int]] = [
    (EVENTS, "ingest", {"payload": {}}, "missing_event_envelope", 400),
    (CHECK_INS, "check_in", {"payload": {}}, "missing_check_in_envelope", 400),
    (DEPLOYMENTS, "deployment", {"payload": {}}, "missing_deployment_envelope", 400),
    ("/api/v1/mobile_ingest_tokens", "mobile_token", {}, "missing_mobile_ingest_token_envelope", 400),
    (EVENTS, "ingest", b"{", "invalid_json", 400),
    (EVENTS, "ingest", {"event": {"event_type": "log"}}, "invalid_event", 422),
    (EVENTS, "ingest", {"event": {"event_type": "span"}}, "invalid_span", 422),
    (CHECK_INS, "check_in", {"check_in": {"status": "ok"}}, "invalid_check_in", 422),
    (DEPLOYMENTS, "deployment", {"deployment": {"release": "1"}}, "invalid_deployment", 422),
    (
        "/api/v1/mobile_ingest_tokens", "mobile_token", {"mobile_ingest_token": {"platform": "ios"}},
        "invalid_mobile_ingest_token", 422,
    ),
    (EVENTS, "ingest", b" " * 2_097_153, "request_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"message": "m" * 65_537}}, "message_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {str(n): "v" * 250_000 for n in range(5)}}}, "event_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": json.loads('{"a":' * 17 + "1" + "}" * 17)}}, "context_depth", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": dict.fromkeys(map(str, range(520)))}}, "context_keys", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": [1] * 1001}}}, "array_length", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": "v" * 262_145}}}, "string_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": [0] * 20_000}}}, "value_count", 413),
]  # fmt: skip

BATCHES: list[tuple[bytes, dict[str, str], str, int]] = [
    (b"[]", {"Content-Type": "application/json"}, "unsupported_content_type", 415),
    (b"x", {"Content-Encoding": "br"}, "unsupported_encoding", 415),
    (b"x", {"Content-Encoding": "gzip"}, "invalid_gzip", 400),
    (b"nope", {}, "invalid_json", 400),
    (b"[]", {}, "invalid_envelope", 400),
    (b"{}", {}, "missing_event", 400),
    (line(uuid=None), {}, "missing_identity", 400),
    (line(uuid="no"), {}, "invalid_identity", 400),
    (line(event_id=str(uuid4())), {}, "conflicting_identity", 400),
    (b"\n", {}, "empty_batch", 400),
    (b" " * 2_097_153, {}, "compressed_bytes", 413),
    (gzip.compress(b"\n" * 8_388_609), {"Content-Encoding": "gzip"}, "decompressed_bytes", 413),
    (line() * 101, {}, "event_count", 413),
    (line(message="m" * 65_537), {}, "message_bytes", 413),
    (line() + line(message=" "), {}, "invalid_batch", 422),
]


def test_every_refusal_of_a_document_is_reported_with_its_reason(site: Instance, key: str) -> None:
    for path, _, body, _, status in FIELDS:
        assert post(site, path, body, key).status_int == status
    assert reasons(site) == [(label, reason, status) for _, label, _, reason, status in FIELDS]
    # The size of a body with its length is looked at before the token is.
    unknown = [row.reason for row in rejections(site) if row.project_id is None]
    assert unknown == ["request_bytes"]


def test_every_refusal_of_a_batch_is_reported_with_its_reason(site: Instance, key: str) -> None:
    for body, headers, _, status in BATCHES:
        assert post(site, BATCH, body, key, headers).status_int == status
    assert reasons(site) == [("ingest", reason, status) for _, _, reason, status in BATCHES]


def test_every_refusal_of_a_credential_is_reported_with_its_reason(site: Instance) -> None:
    of = project(site)
    key = api_key(site, of, revoked_at=site.clock())
    for token in (None, "invented", key):
        assert post(site, EVENTS, {"event": LOG}, token).status_int == 401
    # Keys of archived projects are revoked, unless somebody made one by other means.
    archived = project(site, archived_at=site.clock())
    assert post(site, CHECK_INS, {}, api_key(site, archived)).status_int == 401
    assert reasons(site) == [
        ("ingest", "missing_api_key", 401),
        ("ingest", "invalid_api_key", 401),
        ("ingest", "revoked_api_key", 401),
        ("check_in", "archived_project", 401),
    ]
    assert [row.project_id for row in rejections(site)] == [None, None, of.id, archived.id]


def test_every_refusal_of_a_mobile_token_is_reported_with_its_reason(site: Instance) -> None:
    made = app(site, allowed_event_types=["log"], expires_in_seconds=60)
    assert post(site, DEPLOYMENTS, {}, made.token).status_int == 403
    assert ask(site, made.token).status_int == 403
    assert post(site, EVENTS, {"event": LOG | {"event_type": "error"}}, made.token).status_int == 403
    assert post(site, EVENTS, {"event": LOG | {"service": "com.evil"}}, made.token).status_int == 422
    assert post(site, BATCH, line(service="com.evil"), made.token).status_int == 422
    assert reasons(site) == [
        ("deployment", "mobile_ingest_token_forbidden", 403),
        ("mobile_token", "mobile_ingest_token_forbidden", 403),
        ("ingest", "mobile_event_type_forbidden", 403),
        ("ingest", "mobile_context_conflict", 422),
    ]


def test_of_several_reasons_why_a_mobile_token_is_dead_the_first_is_reported(site: Instance) -> None:
    made = app(site, expires_in_seconds=60)
    told = []
    for model, values in (
        (Project, {"archived_at": site.clock()}),
        (ApiKey, {"revoked_at": site.clock()}),
        (MobileIngestToken, {"expires_at": site.clock()}),
        (MobileIngestToken, {"revoked_at": site.clock()}),
    ):
        change(site, model, **values)
        assert post(site, EVENTS, {"event": LOG}, made.token).status_int == 401
        told.append(rejections(site)[-1].reason)
    assert told == [
        "archived_project",
        "revoked_api_key",
        "expired_mobile_ingest_token",
        "revoked_mobile_ingest_token",
    ]


def test_too_many_requests_are_not_reported(make_observed: Callable[..., Instance]) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="1")
    key = api_key(site, project(site))
    assert [site.send(key).status_int for _ in range(2)] == [201, 429]
    assert rejections(site) == []


def test_pages_of_origins_that_are_not_allowed_are_reported(site: Instance) -> None:
    key = api_key(site, project(site, allowed_origins=["https://shop.example"]))
    answer = site.post(EVENTS, {"event": LOG}, key, headers={"Origin": "https://evil.example"})
    assert answer.status_int == 403
    assert reasons(site) == [("ingest", "origin_not_allowed", 403)]
    assert "payload" not in rejection(site).details

"""The OpenAPI document, and whether the server answers as it says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
import webtest
from openapi_spec_validator import validate
from pyramid.interfaces import IRoutesMapper

from factories.mobile_tokens import ask
from factories.projects import api_key, project
from logister_core.ingest.answers import HELP
from logister_core.ingest.endpoints import (
    BATCH_PATH,
    CHECK_INS_PATH,
    DEPLOYMENTS_PATH,
    EVENTS_PATH,
    MOBILE_TOKENS_PATH,
    TAIL,
)
from support.instance import Instance
from support.openapi import PATH, assert_as_documented, document_of, response_to, validator

UUID = "0b7d9a3e-5f1c-4a52-9b1e-0c8a2f6d4e71"
TELEMETRY = (EVENTS_PATH, BATCH_PATH, CHECK_INS_PATH, DEPLOYMENTS_PATH, MOBILE_TOKENS_PATH)
# The server makes these itself.
OF_THE_SERVER = ("id", "legacy_id", "token", "expires_at")
PAGE = "https://shop.example.com"
# Of the server, or because the database is away.
NOT_OF_INTAKE = {"bad_request", "request_timeout", "overloaded", "unavailable"}


@pytest.fixture
def document(site: Instance) -> dict[str, Any]:
    return document_of(site)


def refusals(document: dict[str, Any]) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """(path, status, code, example) of every documented refusal of telemetry that has a code."""
    for path in TELEMETRY:
        for status, response in document["paths"][path]["post"]["responses"].items():
            for example in response["content"]["application/json"]["examples"].values():
                if "code" in example["value"]:
                    yield path, int(status), example["value"]["code"], example["value"]


def test_it_is_open_to_everybody_and_may_be_kept(make_site: Any) -> None:
    site = make_site(LOGISTER_PUBLIC_URL="https://logister.example.com/")
    answer = site.browser().get(PATH)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "max-age=300, public"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    assert answer.json["servers"] == [{"url": "https://logister.example.com"}]
    site.browser().get(PATH, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert site.browser().post(PATH, status="*").status_int == 404


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_its_examples_fit_its_schemas(document: dict[str, Any]) -> None:
    for described in (described for item in document["paths"].values() for described in item.values()):
        for part in (described.get("requestBody", {"content": {}}), *described["responses"].values()):
            for content in part["content"].values():
                for example in content["examples"].values():
                    validator(document, content["schema"]).validate(example["value"])


def test_case_90_42_every_endpoint_is_in_it(site: Instance, document: dict[str, Any]) -> None:
    routes = site.registry.getUtility(IRoutesMapper).get_routes()
    patterns = {route.pattern.removesuffix(TAIL) for route in routes if route.pattern.startswith("/api/v1/")}
    assert set(document["paths"]) == patterns - {PATH}
    posted = {route.pattern.removesuffix(TAIL) for route in routes if route.pattern.endswith(TAIL)}
    assert set(TELEMETRY) == posted
    with_token = [
        described
        for item in document["paths"].values()
        for described in item.values()
        if described.get("security") == [{"cliToken": []}]
    ]
    assert with_token
    assert [one["operationId"] for one in with_token if not {"401", "429", "503"} <= one["responses"].keys()] == []


def test_every_code_is_in_it_with_its_help(document: dict[str, Any]) -> None:
    documented = {code: example["help"] for _, _, code, example in refusals(document) if code not in NOT_OF_INTAKE}
    assert documented == {code: sentence for code, sentence in HELP.items() if code}


def test_limits_of_batches_are_those_of_the_server(make_site: Any) -> None:
    site = make_site(LOGISTER_BATCH_EVENTS="7", LOGISTER_BATCH_BYTES="16777216")
    document = document_of(site)
    batch = document["paths"][BATCH_PATH]["post"]
    assert "At most 7 events" in batch["description"]
    assert "at most 4194304 bytes as it is sent, and 16777216 bytes decompressed" in batch["description"]
    key = api_key(site, project(site))
    answer = post(site, BATCH_PATH, lines([log()] * 8), bearer(key, **NDJSON))
    examples = response_to(document, BATCH_PATH, answer)["content"]["application/json"]["examples"]
    assert answer.json == examples["event_count"]["value"]


@pytest.mark.parametrize("path", TELEMETRY)
def test_its_examples_are_answered_as_it_says(site: Instance, document: dict[str, Any], path: str) -> None:
    key = api_key(site, project(site, integration_kind="android"))
    operation = document["paths"][path]["post"]
    [(media_type, content)] = operation["requestBody"]["content"].items()
    for name, example in content["examples"].items():
        value = example["value"]
        body = lines(value) if isinstance(value, list) else json.dumps(value).encode()
        answer = post(site, path, body, bearer(key, Content_Type=media_type))
        assert_as_documented(document, path, answer)
        expected = response_to(document, path, answer)["content"]["application/json"]["examples"][name]["value"]
        assert told(answer.json) == told(expected), name


def told(body: Any) -> Any:
    if isinstance(body, list):
        return [told(item) for item in body]
    if isinstance(body, dict):
        return {key: "…" if key in OF_THE_SERVER else told(value) for key, value in body.items()}
    return body


class Case(NamedTuple):
    path: str
    body: bytes
    token: str = "key"
    headers: Mapping[str, str] = MappingProxyType({})


NDJSON = {"Content_Type": "application/x-ndjson"}


def lines(documents: list[Any]) -> bytes:
    return b"\n".join(json.dumps(document).encode() for document in documents)


def log(**fields: Any) -> dict[str, Any]:
    return {"event": {"event_type": "log", "message": "m", "uuid": UUID} | fields}


def deep(levels: int) -> Any:
    return {"a": deep(levels - 1)} if levels else 1


# Bodies that an event, a check-in and the other submissions are refused for alike, as fields beside the others.
TOO_MUCH = {
    "message_bytes": {"message": "x" * 65_537},
    "event_bytes": {"a": ["x" * 200_000] * 6},
    "value_count": {"a": [[]] * 30_000},
    "context_depth": {"a": deep(17)},
    "context_keys": {"a": {str(number): 1 for number in range(600)}},
    "array_length": {"a": [1] * 1_001},
    "string_bytes": {"a": "x" * 262_145},
}
MINIMAL = {
    EVENTS_PATH: ("event", {"event_type": "log", "message": "m"}),
    CHECK_INS_PATH: ("check_in", {"slug": "nightly"}),
    DEPLOYMENTS_PATH: ("deployment", {"release": "1", "repository": "a/b", "commit_sha": "9f3c1ab"}),
    MOBILE_TOKENS_PATH: ("mobile_ingest_token", {"platform": "android", "service": "a", "environment": "b"}),
}


def cases() -> Iterator[tuple[str, Case]]:
    """A request for every code at every endpoint that documents it."""
    for path, (envelope, fields) in MINIMAL.items():
        body = json.dumps({envelope: fields}).encode()
        yield "invalid_json", Case(path, b"{")
        yield f"missing_{envelope}_envelope", Case(path, b"{}")
        yield "unauthorized", Case(path, body, "wrong")
        yield "origin_not_allowed", Case(path, body, headers={"Origin": "https://evil.example.com"})
        yield "rate_limited", Case(path, body, "limited")
        yield "request_bytes", Case(path, body.ljust(2_097_153))
        for code, more in TOO_MUCH.items():
            yield code, Case(path, json.dumps({envelope: fields | more}).encode())
    for path, (envelope, fields) in list(MINIMAL.items())[2:]:
        yield "mobile_ingest_token_forbidden", Case(path, json.dumps({envelope: fields}).encode(), "mobile")
        yield f"invalid_{envelope}", Case(path, json.dumps({envelope: dict.fromkeys(fields, "?")}).encode())
    yield "mobile_event_type_forbidden", Case(EVENTS_PATH, json.dumps(log()).encode(), "mobile")
    yield (
        "mobile_context_conflict",
        Case(EVENTS_PATH, json.dumps(log(event_type="error", service="b")).encode(), "mobile"),
    )
    yield "invalid_event", Case(EVENTS_PATH, b'{"event": {"event_type": "boom"}}')
    yield "invalid_span", Case(EVENTS_PATH, b'{"event": {"event_type": "span"}}')
    yield "mobile_event_type_forbidden", Case(CHECK_INS_PATH, b'{"check_in": {"slug": "a"}}', "mobile")
    yield (
        "mobile_context_conflict",
        Case(CHECK_INS_PATH, b'{"check_in": {"slug": "a", "environment": "b"}}', "checking"),
    )
    yield "invalid_check_in", Case(CHECK_INS_PATH, b'{"status": "ok"}')
    yield "invalid_event", Case(CHECK_INS_PATH, json.dumps({"check_in": {"slug": "a", "uuid": UUID}}).encode())
    for code, case in batches():
        yield code, case


def batches() -> Iterator[tuple[str, Case]]:
    def batch(body: bytes, token: str = "key", **headers: str) -> Case:
        return Case(BATCH_PATH, body, token, NDJSON | headers)

    one = lines([log()])
    yield "unauthorized", batch(one, "wrong")
    yield "origin_not_allowed", batch(one, Origin="https://evil.example.com")
    yield "rate_limited", batch(one, "limited")
    yield "mobile_event_type_forbidden", batch(one, "mobile")
    yield "mobile_context_conflict", batch(lines([log(event_type="error", service="b")]), "mobile")
    yield "unsupported_content_type", batch(one, Content_Type="application/json")
    yield "unsupported_encoding", batch(one, Content_Encoding="br")
    yield "compressed_bytes", batch(one.ljust(2_097_153))
    yield "decompressed_bytes", batch(gzip.compress(one + b"\n" * 8_388_608), Content_Encoding="gzip")
    yield "event_count", batch(lines([log()] * 101))
    yield "invalid_gzip", batch(one, Content_Encoding="gzip")
    yield "empty_batch", batch(b"\n")
    yield "invalid_json", batch(b"{")
    yield "invalid_envelope", batch(b"[]")
    yield "missing_event", batch(b"{}")
    yield "missing_identity", batch(lines([log(uuid=" ")]))
    yield "invalid_identity", batch(lines([log(uuid="?")]))
    yield "conflicting_identity", batch(lines([log(event_id=UUID.replace("0", "1"))]))
    yield "invalid_batch", batch(lines([log(message=None)]))
    for code, more in TOO_MUCH.items():
        yield code, batch(lines([log(**more)]))


def test_every_documented_refusal_can_be_had(site: Instance, document: dict[str, Any]) -> None:
    tokens = Tokens(site)
    # What makes the uuid of a check-in one of a span.
    post(
        site, EVENTS_PATH, json.dumps(log(event_type="span", trace_id="t", span_id="s")).encode(), bearer(tokens.other)
    )
    seen = set()
    for code, case in cases():
        answer = post(site, case.path, case.body, bearer(tokens[case.token], **case.headers))
        assert answer.json.get("code") == code, (case.path, code, answer.json)
        assert_as_documented(document, case.path, answer)
        seen.add((case.path, answer.status_int, code))
    assert seen == {(path, status, code) for path, status, code, _ in refusals(document) if code not in NOT_OF_INTAKE}


class Tokens(dict[str, str]):
    """Credentials of every kind, for one project; `limited` is that of another, which may send nothing."""

    def __init__(self, site: Instance) -> None:
        shop = project(site, integration_kind="android", allowed_origins=[PAGE])
        key = api_key(site, shop)
        limited = api_key(site, project(site, public_api_rate_limit_requests_override=1))
        for path, (envelope, fields) in MINIMAL.items():
            post(site, path, json.dumps({envelope: fields}).encode(), bearer(limited))
        super().__init__(
            key=key,
            wrong="wrong",
            limited=limited,
            mobile=ask(site, key, allowed_event_types=["error"]).json["token"],
            checking=ask(site, key, allowed_event_types=["check_in"]).json["token"],
        )
        self.other = key


def bearer(token: str, **headers: str) -> dict[str, str]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | named


def post(site: Instance, path: str, body: bytes, headers: dict[str, str]) -> webtest.TestResponse:
    return site.browser().post(path, body, headers=headers, status="*")

"""Requests that nobody thought of, made from the OpenAPI documents: each gets an answer that ours describes."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from factories.mobile_tokens import ask
from factories.projects import api_key, project
from logister_core.ingest.endpoints import (
    BATCH_PATH,
    CHECK_INS_PATH,
    DEPLOYMENTS_PATH,
    EVENTS_PATH,
    MOBILE_TOKENS_PATH,
)
from support.instance import Instance
from support.openapi import assert_as_documented, document_of

PATHS = (EVENTS_PATH, BATCH_PATH, CHECK_INS_PATH, DEPLOYMENTS_PATH, MOBILE_TOKENS_PATH)

# The contract that ours goes back to; it is kept beside the checkout, where it is kept at all.
VARIABLE = "LOGISTER_REFERENCE_OPENAPI"
REFERENCE = Path(os.environ.get(VARIABLE) or Path(__file__).parents[3] / "shared" / "reference" / "openapi.yaml")
DOCUMENTS = ["ours", "reference"] if REFERENCE.is_file() else ["ours"]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

the_same_each_time = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-ndjson")
def lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A list is sent as lines, and everything compressed when the request says that it is."""
    body = "\n".join(map(json.dumps, value)) if isinstance(value, list) else value
    if not isinstance(body, str | bytes):
        body = json.dumps(body)
    raw = body.encode() if isinstance(body, str) else body
    return gzip.compress(raw) if context.case.headers.get("Content-Encoding") == "gzip" else raw


def reference() -> dict[str, Any]:
    """With one change: its `oneOf` often names two schemas of which one includes the other."""
    document: dict[str, Any] = yaml.safe_load(REFERENCE.read_text(encoding="utf-8").replace("oneOf:", "anyOf:"))
    return document


def requests_of(document: dict[str, Any], path: str) -> st.SearchStrategy[schemathesis.Case]:
    """Requests as the document has them, its examples, and such that break its rules."""
    operation = schemathesis.openapi.from_dict(document)[path]["POST"]
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    made = [operation.as_strategy(generation_mode=mode) for mode in modes]
    return st.one_of(*made, st.one_of(operation.get_strategies_from_examples()))


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_documented(site: Instance, name: str, path: str) -> None:
    own = document_of(site)
    document = own if name == "ours" else reference()
    described = schemathesis.openapi.from_dict(own)[path]["POST"]
    key = api_key(site, project(site, integration_kind="android"))
    mobile = ask(site, key).json["token"]
    credentials = [{"Authorization": f"Bearer {key}"}] * 5
    credentials += [{"X-Api-Key": key}, {"Authorization": f"Bearer {mobile}"}, {"Authorization": "Bearer wrong"}, {}]
    statuses: Counter[int] = Counter()

    @the_same_each_time
    @given(case=requests_of(document, path), credential=st.sampled_from(credentials))
    def send(case: schemathesis.Case, credential: dict[str, str]) -> None:
        answer = case.call(app=site.router, headers=credential)
        statuses[answer.status_code] += 1
        # Whatever the request was made from, our document has to describe the answer.
        same = described.Case(media_type=case.media_type, headers=dict(case.headers), body=case.body)
        same.validate_response(answer, checks=CHECKS)
        if str(answer.status_code) in case.operation.definition.raw["responses"]:
            case.validate_response(answer, checks=[response_schema_conformance])

    send()
    assert any(status < 300 for status in statuses), statuses
    assert any(400 <= status < 500 for status in statuses), statuses


HEADER_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.one_of(st.sampled_from(["application/x-ndjson", "application/json", ""]), HEADER_TEXTS),
        "Content-Encoding": st.one_of(st.sampled_from(["gzip", "br", "identity"]), HEADER_TEXTS),
        "X-Logister-Batch-Id": HEADER_TEXTS,
        "X-Forwarded-For": HEADER_TEXTS,
        "Origin": HEADER_TEXTS,
        "User-Agent": HEADER_TEXTS,
    },
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([b"", b"{}", b"[]", b"null", b'{"event": {"message": NaN}}', b"\xff", gzip.compress(b"{}\n")]),
)


@pytest.mark.parametrize("path", PATHS)
def test_any_bytes_under_any_headers_get_a_documented_answer(site: Instance, path: str) -> None:
    document = document_of(site)
    key = api_key(site, project(site, integration_kind="android"))

    @the_same_each_time
    @given(tail=st.sampled_from(["", ".json", "/", ".json/"]), headers=HEADERS, body=BODIES)
    def send(tail: str, headers: dict[str, str], body: bytes) -> None:
        headers = {"Authorization": f"Bearer {key}"} | headers
        answer = site.browser().post(path + tail, body, headers=headers, status="*")
        assert_as_documented(document, path, answer)

    send()

"""Holding answers to the OpenAPI document of the server that gave them."""

from __future__ import annotations

from typing import Any

import webtest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from support.instance import Instance

PATH = "/api/v1/openapi.json"
# Written by more than our views, and documented where clients need them.
UNTOLD = {"Content-Type", "Content-Length", "Vary", "X-Content-Type-Options", "Cache-Control"}


def document_of(site: Instance) -> dict[str, Any]:
    document: dict[str, Any] = site.browser().get(PATH).json
    return document


def response_to(document: dict[str, Any], path: str, answer: webtest.TestResponse) -> dict[str, Any]:
    """What the document says about an answer of this status."""
    described: dict[str, Any] = document["paths"][path][answer.request.method.lower()]["responses"][
        str(answer.status_int)
    ]
    return described


def assert_as_documented(document: dict[str, Any], path: str, answer: webtest.TestResponse) -> None:
    """The answer's status, content type, headers and body."""
    described = response_to(document, path, answer)
    [(media_type, content)] = described["content"].items()
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    validator(document, content["schema"]).validate(answer.json)
    headers = {name.lower() for name in described["headers"]}
    undocumented = {name for name in answer.headers if name.lower() not in headers} - UNTOLD
    assert not {name for name in undocumented if not name.startswith("Access-Control-")}


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Of a schema that refers to the document's components."""
    whole = {**schema, "components": document["components"]}
    assert validator_for(whole, Draft202012Validator) is Draft202012Validator
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)

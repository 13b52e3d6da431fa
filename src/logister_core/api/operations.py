"""The description of one endpoint, put together from its bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from logister_core.api.schemas import ref
from logister_core.ingest.answers import refusal_body
from logister_core.ingest.errors import IngestError
from logister_core.web.api_refusals import OF_APPLICATION, OF_SERVER

Schema = Mapping[str, Any]

WHEN: Final = {
    400: "The body cannot be read",
    401: "No live credential; the body was not looked at",
    403: "A live credential, but not for this",
    408: "The body took longer to arrive than it may",
    413: "A limit is exceeded",
    415: "Another content type or encoding than that of batches",
    422: "Readable, but something in it is not valid",
    429: "Too many requests of this credential, or from this address",
    503: "Nothing was stored; send it again later",
}

# Of what a server answers before it asks the application, what can meet a correct client.
MET_BY_ALL: Final = (400, 408, 503)


@dataclass(frozen=True)
class Answer:
    """What an accepted request is told; examples are named after those of the request."""

    description: str
    schema: Schema
    examples: Mapping[str, Any]


def operation(
    name: str,
    tag: str,
    summary: str,
    *,
    body: Schema,
    examples: Mapping[str, Any],
    accepted: Mapping[int, Answer],
    refusals: Sequence[IngestError],
    description: str | None = None,
    media_type: str = "application/json",
    parameters: Sequence[Schema] = (),
    mobile: bool = False,
) -> dict[str, Any]:
    """`mobile` says that mobile tokens are taken too; `refusals` has an example of each."""
    described: dict[str, Any] = {"operationId": name, "tags": [tag], "summary": summary}
    if description is not None:
        described["description"] = description
    if mobile:
        described["security"] = [{"apiKey": []}, {"apiKeyHeader": []}, {"mobileToken": []}]
    if parameters:
        described["parameters"] = list(parameters)
    described["requestBody"] = {
        "required": True,
        "content": {media_type: {"schema": body, "examples": named(examples)}},
    }
    described["responses"] = {
        **{str(status): _accepted(answer) for status, answer in accepted.items()},
        **{str(status): _refused(status, bodies) for status, bodies in _by_status(refusals).items()},
    }
    return described


def named(examples: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in examples.items()}


def _by_status(errors: Sequence[IngestError]) -> dict[int, list[dict[str, Any]]]:
    """The bodies of `errors`, and of those refusals that can meet every request."""
    found: dict[int, list[dict[str, Any]]] = {}
    for error in errors:
        found.setdefault(error.status, []).append(refusal_body(error))
    for status in MET_BY_ALL:
        found.setdefault(status, []).append(OF_SERVER[status].body())
    found[503].append(OF_APPLICATION[503].body())
    return dict(sorted(found.items()))


def _accepted(answer: Answer) -> dict[str, Any]:
    return {
        "description": answer.description,
        "headers": _counters(),
        "content": {"application/json": {"schema": answer.schema, "examples": named(answer.examples)}},
    }


def _refused(status: int, bodies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The schema names the codes of this endpoint, so that the examples are all there is."""
    examples: dict[str, Any] = {}
    for body in bodies:
        # Two sentences under one code are two examples.
        code = body["code"]
        examples[code if code not in examples else f"{code}_{len(examples)}"] = body
    codes = sorted({body["code"] for body in examples.values()})
    shapes = sorted({_shape(body) for body in examples.values()})
    headers = _counters()
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return {
        "description": WHEN[status],
        "headers": headers,
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [
                        ref(shapes[0]) if len(shapes) == 1 else {"anyOf": [ref(shape) for shape in shapes]},
                        {"properties": {"code": {"enum": codes}}},
                    ]
                },
                "examples": named(examples),
            }
        },
    }


def _shape(body: Mapping[str, Any]) -> str:
    if "retry_after" in body:
        return "RateLimited"
    if "results" in body:
        return "RejectedBatch"
    if "errors" in body:
        return "Invalid"
    return "LimitExceeded" if "limit" in body else "Refusal"


def _counters() -> dict[str, Any]:
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}

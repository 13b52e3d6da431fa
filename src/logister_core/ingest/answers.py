"""Answers of the write API: JSON, with what a person needs to mend a refusal."""

from __future__ import annotations

from typing import Any, Final

import orjson
from pyramid.response import Response

from logister_core.ingest.errors import IngestError
from logister_core.ingest.submission import Accepted

# What to do, by the reason of the refusal; the first is for those that explain themselves.
HELP: Final = {
    "": "See the HTTP API documentation for the fields and limits of this endpoint.",
    "unauthorized": "Send a live API key of the project as `Authorization: Bearer KEY` or `X-Api-Key: KEY`; "
    "keys are made on the project's setup page and die when revoked or when the project is archived.",
    "rate_limited": "Wait the seconds that Retry-After says, then send again; an administrator of the installation can "
    "raise the project's limit.",
    "mobile_ingest_token_forbidden": "Mobile tokens send events and check-ins only; use an API key from your server.",
    "mobile_event_type_forbidden": "Ask for a mobile token whose allowed_event_types contain this type.",
    "mobile_context_conflict": "Leave these fields out or send what the token was made for.",
    "origin_not_allowed": "Add the page's origin to the project's allowed origins, in its settings.",
    "missing_event_envelope": 'Send one JSON object such as {"event": {"event_type": "log", "message": "hello"}}.',
    "missing_check_in_envelope": 'Send one JSON object such as {"check_in": {"slug": "nightly-import"}}.',
    "missing_deployment_envelope": 'Send one JSON object such as {"deployment": {"release": "1.4.2", '
    '"repository": "owner/name", "commit_sha": "9f3c1ab"}}.',
    "missing_mobile_ingest_token_envelope": 'Send one JSON object such as {"mobile_ingest_token": '
    '{"platform": "android", "service": "com.example.app", "environment": "production"}}.',
    "invalid_json": "Send UTF-8 JSON without NaN or Infinity, nested at most 100 levels.",
    "invalid_event": "Mend the fields named in errors and send again.",
    "invalid_span": "Mend the fields named in errors and send again.",
    "invalid_check_in": "Mend the fields named in errors and send again.",
    "invalid_deployment": "Mend the fields named in errors and send again.",
    "invalid_mobile_ingest_token": "Mend the fields named in errors and send again.",
    "invalid_batch": "Nothing was stored. Mend or leave out the rejected envelopes and send the batch again.",
    "unsupported_content_type": "Send one JSON envelope a line, with Content-Type: application/x-ndjson.",
    "unsupported_encoding": "Send the batch as it is, or compressed with Content-Encoding: gzip.",
    "invalid_gzip": "Send one complete gzip stream, or leave out Content-Encoding.",
    "invalid_envelope": 'Each line is one object: {"event": {…}}.',
    "missing_event": 'Each line is one object: {"event": {…}}.',
    "missing_identity": "Give each event of a batch a uuid, so that the batch can be sent again safely.",
    "invalid_identity": "A uuid has 36 characters: 8-4-4-4-12 hexadecimal digits with hyphens between.",
    "conflicting_identity": "Send either uuid or event_id, or the same in both.",
    "empty_batch": "Send at least one line.",
    "request_bytes": "Send less in one request, or use the batch endpoint with gzip.",
    "compressed_bytes": "Split the batch.",
    "decompressed_bytes": "Split the batch.",
    "event_count": "Split the batch.",
    "message_bytes": "Shorten the message; put long texts into the context.",
    "event_bytes": "Send less context with the event.",
    "value_count": "Send fewer numbers, texts, objects and lists: 10000 of them fit, and one more for each 16 bytes.",
    "context_depth": "Flatten the context.",
    "context_keys": "Send fewer keys in the context.",
    "array_length": "Shorten the array.",
    "string_bytes": "Shorten the text.",
}


def json_response(status: int, body: dict[str, Any]) -> Response:
    encoded = orjson.dumps(body)
    # Written out, because WebOb drops the charset of JSON, and the contract has it.
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(encoded)))]
    return Response(body=encoded, status=status, headerlist=headers)


def accepted_response(accepted: Accepted, *, legacy_id: bool) -> Response:
    """201 for what is new, 200 for what was known."""
    body: dict[str, Any] = {"id": str(accepted.uuid)}
    if legacy_id:
        body["legacy_id"] = accepted.id
    body["status"] = "accepted"
    if accepted.is_span:
        body["type"] = "span"
    if accepted.duplicate:
        body["duplicate"] = True
    return json_response(200 if accepted.duplicate else 201, body)


def refusal_body(error: IngestError) -> dict[str, Any]:
    """The error's body, its stable `code`, and in `help` what to do."""
    code = error.body.get("code", error.code)
    return {**error.body, "code": code, "help": HELP.get(code, HELP[""])}


def refusal(error: IngestError) -> Response:
    return json_response(error.status, refusal_body(error))

"""All schemas of the document, under their names."""

from __future__ import annotations

from typing import Any, Final

from logister_core.api.payloads import CHECK_IN, DEPLOYMENT, EVENT, MOBILE_TOKEN, Schema, object_of, text, whole
from logister_core.mobile_tokens.models import MobilePlatform


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_UUID: Final = text(format="uuid")
_ACCEPTED: Final = text(const="accepted")
_DUPLICATE: Final = {"type": "boolean", "description": "Whether an earlier request stored it."}
_KIND: Final = text(enum=["event", "span"])
_SENTENCES: Final = {"type": "array", "items": text(), "minItems": 1}

_REFUSAL: Final = {
    "code": text("Stable, for programs."),
    "help": text("What to do, for people."),
}
_RESULT: Final[Schema] = {"index": whole("Of the line, blank ones not counted.", minimum=0), "type": _KIND}

_SENT: Final = {
    "Event": EVENT,
    "EventEnvelope": object_of({"event": ref("Event")}, required=("event",)),
    "BatchedEvent": {"allOf": [ref("Event"), {"anyOf": [{"required": ["uuid"]}, {"required": ["event_id"]}]}]},
    "BatchedEnvelope": object_of({"event": ref("BatchedEvent")}, required=("event",)),
    "CheckIn": CHECK_IN,
    "CheckInEnvelope": object_of({"check_in": ref("CheckIn")}, required=("check_in",)),
    "Deployment": DEPLOYMENT,
    "DeploymentEnvelope": object_of({"deployment": ref("Deployment")}, required=("deployment",)),
    "MobileTokenRequest": MOBILE_TOKEN,
    "MobileTokenEnvelope": object_of(
        {"mobile_ingest_token": ref("MobileTokenRequest")}, required=("mobile_ingest_token",)
    ),
}

_ACCEPTED_ANSWERS: Final = {
    "Accepted": object_of(
        {
            "id": _UUID,
            "legacy_id": whole("Number of the row."),
            "status": _ACCEPTED,
            "type": text(const="span"),
            "duplicate": _DUPLICATE,
        },
        required=("id", "legacy_id", "status"),
    ),
    "AcceptedCheckIn": object_of(
        {"id": _UUID, "status": _ACCEPTED, "duplicate": _DUPLICATE}, required=("id", "status")
    ),
    "AcceptedBatch": object_of(
        {
            "schema_version": {"const": 1},
            "batch_id": text("As the client called it."),
            "status": _ACCEPTED,
            "accepted": whole("All events of the batch.", minimum=1),
            "duplicates": whole("Those that were known already, or came twice.", minimum=0),
            "results": {"type": "array", "items": ref("AcceptedResult"), "minItems": 1},
        },
        required=("schema_version", "status", "accepted", "duplicates", "results"),
    ),
    "AcceptedResult": object_of(
        {**_RESULT, "status": _ACCEPTED, "id": _UUID, "legacy_id": whole(), "duplicate": _DUPLICATE},
        required=("index", "status", "type", "id", "legacy_id", "duplicate"),
    ),
    "MobileToken": object_of(
        {
            "token": text(pattern="^logister_mobile_[0-9a-f]{64}$"),
            "expires_at": text(format="date-time"),
            "platform": text(enum=sorted(MobilePlatform)),
            "service": text(),
            "environment": text(),
            "release": text(),
            "session_id": text(),
            "allowed_event_types": {"type": "array", "items": text(), "minItems": 1},
        },
        required=("token", "expires_at", "platform", "service", "environment", "allowed_event_types"),
    ),
}

_REFUSALS: Final = {
    "Refusal": object_of({"error": text(), **_REFUSAL}, required=("error", "code", "help")),
    "LimitExceeded": object_of(
        {
            "error": text(),
            "limit": whole("The most that is accepted."),
            "actual": whole("What was sent, where it was counted."),
            **_REFUSAL,
        },
        required=("error", "limit", "code", "help"),
    ),
    "Invalid": object_of({"errors": _SENTENCES, **_REFUSAL}, required=("errors", "code", "help")),
    "RejectedBatch": object_of(
        {
            "schema_version": {"const": 1},
            "status": {"const": "rejected"},
            "results": {
                "type": "array",
                "items": {"anyOf": [ref("RejectedResult"), ref("AcceptedResult")]},
                "minItems": 1,
            },
            **_REFUSAL,
        },
        required=("schema_version", "status", "results", "code", "help"),
    ),
    "RejectedResult": object_of(
        {
            **_RESULT,
            "status": text("`rolled_back` is valid, but another event is not.", enum=["rejected", "rolled_back"]),
            "errors": _SENTENCES,
        },
        required=("index", "status", "type", "errors"),
    ),
    "RateLimited": object_of(
        {
            "error": text(),
            "limit": whole("Requests in one window.", minimum=1),
            "window_seconds": whole(minimum=1),
            "retry_after": whole("Seconds until the next window.", minimum=1),
            **_REFUSAL,
        },
        required=("error", "limit", "window_seconds", "retry_after", "code", "help"),
    ),
}

COMPONENTS: Final[dict[str, Any]] = {**_SENT, **_ACCEPTED_ANSWERS, **_REFUSALS}

_COUNTER: Final = text(pattern="^[0-9]+$")
HEADERS: Final[dict[str, Any]] = {
    "X-RateLimit-Limit": {
        "description": "Requests that the counter allows in its window; absent, like the next two, where none counts.",
        "schema": _COUNTER,
    },
    "X-RateLimit-Remaining": {"description": "How many of them are left.", "schema": _COUNTER},
    "X-RateLimit-Reset": {"description": "When the next window begins, in Unix seconds.", "schema": _COUNTER},
    "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": _COUNTER},
    "X-Request-Id": {"description": "Under which the server's log has the request.", "schema": text()},
}

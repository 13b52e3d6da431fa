"""What the endpoints answer: examples of every answer, refusals made by the classes that refuse."""

from __future__ import annotations

from typing import Final

from logister_core.api.operations import Answer
from logister_core.api.requests import METRIC, OTHER_UUID, TOKEN_EXAMPLES, UUID
from logister_core.api.schemas import ref
from logister_core.ingest.errors import (
    Forbidden,
    IngestError,
    Invalid,
    InvalidJSON,
    MissingEnvelope,
    PayloadTooLarge,
    RateLimited,
    Unauthorized,
)
from logister_core.ingest.normalization import DEFAULT, SPARE_VALUES
from logister_core.ingest.normalization.mobile_scope import BindingConflict, TypeForbidden
from logister_core.ingest.origins import OriginNotAllowed
from logister_core.ingest.submission import UUID_TAKEN

GENERATED: Final = "019f2a34-5b6c-7d8e-9f01-23456789abcd"

_EVENT: Final = {"id": UUID, "legacy_id": 41, "status": "accepted"}

EVENT_ACCEPTED: Final = {
    201: Answer(
        "Stored",
        ref("Accepted"),
        {
            "error": _EVENT,
            "log": _EVENT | {"id": GENERATED, "legacy_id": 42},
            "metric": _EVENT | {"id": METRIC["uuid"], "legacy_id": 43},
            "transaction": _EVENT | {"id": GENERATED, "legacy_id": 44},
            "check_in": _EVENT | {"id": GENERATED, "legacy_id": 45},
            "span": {"id": OTHER_UUID, "legacy_id": 9, "status": "accepted", "type": "span"},
        },
    ),
    200: Answer(
        "Known already, by its uuid; nothing was stored again",
        ref("Accepted"),
        {"error_again": _EVENT | {"duplicate": True}},
    ),
}
CHECK_IN_ACCEPTED: Final = {
    201: Answer(
        "Stored",
        ref("AcceptedCheckIn"),
        {
            "ok": {"id": "9c2d7c3f-2b74-4c0a-93b0-1d5f6a7e8b90", "status": "accepted"},
            "failed": {"id": GENERATED, "status": "accepted"},
        },
    ),
    200: Answer(
        "Known already, by its uuid",
        ref("AcceptedCheckIn"),
        {"ok_again": {"id": "9c2d7c3f-2b74-4c0a-93b0-1d5f6a7e8b90", "status": "accepted", "duplicate": True}},
    ),
}
DEPLOYMENT_ACCEPTED: Final = {
    201: Answer(
        "Recorded; a deployment of the same release, environment and repository was changed",
        ref("Accepted"),
        {"deployed": {"id": GENERATED, "legacy_id": 7, "status": "accepted"}},
    )
}
TOKEN_CREATED: Final = {
    201: Answer(
        "The token, which is shown only here",
        ref("MobileToken"),
        {
            "android": {
                "token": f"logister_mobile_{'0123456789abcdef' * 4}",
                "expires_at": "2026-11-20T12:15:00Z",
                **{
                    name: TOKEN_EXAMPLES["android"]["mobile_ingest_token"][name]
                    for name in (
                        "platform",
                        "service",
                        "environment",
                        "release",
                        "session_id",
                        "allowed_event_types",
                    )
                },
            }
        },
    )
}


def event_refusals() -> list[IngestError]:
    return [
        InvalidJSON(),
        MissingEnvelope("event"),
        *of_everybody(),
        *of_mobile_tokens(),
        PayloadTooLarge.request_bytes(),
        *of_payloads(),
        Invalid(["Event type is not included in the list", "Message can't be blank"]),
        Invalid(["Trace can't be blank", "Span can't be blank"], reason="invalid_span"),
    ]


def check_in_refusals() -> list[IngestError]:
    return [
        InvalidJSON(),
        MissingEnvelope("check_in"),
        *of_everybody(),
        *of_mobile_tokens(),
        PayloadTooLarge.request_bytes(),
        *of_payloads(),
        Invalid(["Message can't be blank"], reason="invalid_check_in"),
        Invalid([UUID_TAKEN]),
    ]


def deployment_refusals() -> list[IngestError]:
    return [
        InvalidJSON(),
        MissingEnvelope("deployment"),
        *of_everybody(),
        Forbidden("mobile_ingest_token_forbidden"),
        PayloadTooLarge.request_bytes(),
        *of_payloads(),
        Invalid(["Commit sha must be a 7 to 40 character commit SHA"], reason="invalid_deployment"),
    ]


def token_refusals() -> list[IngestError]:
    return [
        InvalidJSON(),
        MissingEnvelope("mobile_ingest_token"),
        *of_everybody(),
        Forbidden("mobile_ingest_token_forbidden"),
        PayloadTooLarge.request_bytes(),
        *of_payloads(),
        Invalid(["Platform must match the project integration kind"], reason="invalid_mobile_ingest_token"),
    ]


def of_everybody() -> list[IngestError]:
    return [
        Unauthorized("unknown"),
        OriginNotAllowed(),
        RateLimited(limit=1200, window_seconds=60, retry_after=37),
    ]


def of_mobile_tokens() -> list[IngestError]:
    conflict = (
        'service must match the mobile ingest token binding (got "com.example.blog", expected "com.example.shop")'
    )
    return [TypeForbidden(), BindingConflict([conflict])]


def of_payloads() -> list[IngestError]:
    limits = DEFAULT
    return [
        PayloadTooLarge("message_bytes", limits.message_bytes, 70_000),
        PayloadTooLarge("event_bytes", limits.event_bytes, 1_048_601),
        PayloadTooLarge("value_count", SPARE_VALUES + 5_000, 20_000),
        PayloadTooLarge("context_depth", limits.context_depth, 17),
        PayloadTooLarge("context_keys", limits.context_keys, 530),
        PayloadTooLarge("array_length", limits.array_length, 1_001),
        PayloadTooLarge("string_bytes", limits.string_bytes, 300_000),
    ]

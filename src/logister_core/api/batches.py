"""The batch endpoint, whose limits are those of the running server."""

from __future__ import annotations

from typing import Any, Final

from logister_core.api.answers import of_everybody, of_mobile_tokens, of_payloads
from logister_core.api.operations import Answer, operation
from logister_core.api.requests import BATCH_EXAMPLE, METRIC, OTHER_UUID, UUID
from logister_core.api.schemas import ref
from logister_core.ingest.batch.answers import BATCH_ID_LENGTH, rejected_batch
from logister_core.ingest.batch.decoding import IDENTITY_PROBLEMS
from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.errors import IngestError
from logister_core.ingest.intake import BatchLimits

PARAMETERS: Final = (
    {
        "name": "Content-Encoding",
        "in": "header",
        "description": "`gzip` when the body is compressed.",
        "schema": {"type": "string", "enum": ["gzip", "identity"]},
    },
    {
        "name": "X-Logister-Batch-Id",
        "in": "header",
        "description": "What the client calls the batch; the answer repeats it as `batch_id`.",
        "schema": {"type": "string", "maxLength": BATCH_ID_LENGTH},
    },
)
ACCEPTED: Final = {
    202: Answer(
        "All are stored, or were known already",
        ref("AcceptedBatch"),
        {
            "batch": {
                "schema_version": 1,
                "status": "accepted",
                "accepted": 3,
                "duplicates": 0,
                "results": [
                    {
                        "index": index,
                        "status": "accepted",
                        "type": kind,
                        "id": uuid,
                        "legacy_id": number,
                        "duplicate": False,
                    }
                    for index, (kind, uuid, number) in enumerate(
                        [("event", UUID, 41), ("event", METRIC["uuid"], 42), ("span", OTHER_UUID, 9)]
                    )
                ],
            }
        },
    )
}


def operation_of(events: int, size: int) -> dict[str, Any]:
    """Of a server that takes `events` of together `size` bytes in one batch."""
    limits = BatchLimits(events, size)
    return operation(
        "sendBatch",
        "Events",
        "Send many events, all or none of which are stored",
        description=(
            f"At most {events} events, one JSON object a line, each with a uuid, so that the batch can be sent again. "
            f"The body has at most {limits.wire_bytes} bytes as it is sent, and {size} bytes decompressed. Each event "
            "counts like a request against the rate limit. When one is not valid, none is stored, and the answer has "
            "a result for each."
        ),
        body={
            "type": "array",
            "description": "Each item is one line; blank lines do not count.",
            "items": ref("BatchedEnvelope"),
            "minItems": 1,
            "maxItems": events,
        },
        examples={"batch": list(BATCH_EXAMPLE)},
        media_type="application/x-ndjson",
        parameters=PARAMETERS,
        accepted=ACCEPTED,
        refusals=[*_unreadable(limits), *of_everybody(), *of_mobile_tokens(), *of_payloads(), _rejected()],
        mobile=True,
    )


def _unreadable(limits: BatchLimits) -> list[IngestError]:
    return [
        BatchError("invalid_gzip", "invalid gzip telemetry batch: unexpected end of file"),
        BatchError("empty_batch", "telemetry batch must contain at least one event"),
        BatchError.in_line(3, "invalid_json", "is invalid JSON: unexpected end of data"),
        BatchError.in_line(3, "invalid_envelope", "must contain an envelope object"),
        BatchError.in_line(3, "missing_event", "must contain an event object"),
        *(BatchError.in_line(3, code, what) for code, what in IDENTITY_PROBLEMS.items()),
        BatchError.compressed_bytes(limits.wire_bytes),
        BatchError(
            "decompressed_bytes",
            f"telemetry batch exceeds {limits.decompressed_bytes} decompressed bytes",
            limit=limits.decompressed_bytes,
        ),
        BatchError("event_count", f"telemetry batch exceeds {limits.events} events", limit=limits.events),
        BatchError("unsupported_content_type", "Batch ingest requires application/x-ndjson"),
        BatchError("unsupported_encoding", "unsupported telemetry batch content encoding: br"),
    ]


def _rejected() -> IngestError:
    return rejected_batch(["event", "event"], {1: ["Message can't be blank"]}, {})

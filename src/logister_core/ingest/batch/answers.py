"""What a batch is answered: one result for each envelope, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from logister_core.ingest.errors import IngestError
from logister_core.ingest.submission import Accepted

SCHEMA_VERSION: Final = 1
BATCH_ID_LENGTH: Final = 128
ROLLED_BACK: Final = "Batch was rolled back because another envelope was invalid"


class InvalidBatch(IngestError):
    """Some envelopes are invalid, so none was stored. `results` has an entry for each."""

    def __init__(self, results: Sequence[dict[str, Any]]) -> None:
        body = {"schema_version": SCHEMA_VERSION, "status": "rejected", "results": list(results)}
        super().__init__(422, body, "invalid_batch")


def accepted_batch(accepted: Sequence[Accepted], batch_id: str) -> dict[str, Any]:
    """`batch_id` is what the client calls the batch; blank leaves it out."""
    body: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
    if batch_id.strip():
        body["batch_id"] = batch_id[:BATCH_ID_LENGTH]
    body["status"] = "accepted"
    body["accepted"] = len(accepted)
    body["duplicates"] = sum(result.duplicate for result in accepted)
    body["results"] = [_accepted(index, result) for index, result in enumerate(accepted)]
    return body


def rejected_batch(
    kinds: Sequence[str], errors: Mapping[int, Sequence[str]], known: Mapping[int, Accepted]
) -> InvalidBatch:
    """`kinds` names each envelope event or span; `known` are those that an earlier request stored."""
    results: list[dict[str, Any]] = []
    for index, kind in enumerate(kinds):
        if index in errors:
            results.append({"index": index, "status": "rejected", "type": kind, "errors": list(errors[index])})
        elif index in known:
            results.append(_accepted(index, known[index]))
        else:
            results.append({"index": index, "status": "rolled_back", "type": kind, "errors": [ROLLED_BACK]})
    return InvalidBatch(results)


def _accepted(index: int, result: Accepted) -> dict[str, Any]:
    return {
        "index": index,
        "status": "accepted",
        "type": "span" if result.is_span else "event",
        "id": str(result.uuid),
        "legacy_id": result.id,
        "duplicate": result.duplicate,
    }

"""What a report tells of the refused body: names of keys and a few words about its kind, no other value."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from logister_core.ingest.batch.answers import InvalidBatch
from logister_core.ingest.batch.reading import decompressed, lines
from logister_core.ingest.endpoints import BATCH_PATH
from logister_core.ingest.errors import Forbidden, IngestError, Unauthorized
from logister_core.ingest.normalization import decode_json, normalize_key
from logister_core.ingest.normalization.keys import normalized_fields
from logister_core.ingest.normalization.mobile_scope import TypeForbidden
from logister_core.ingest.normalization.values import child, is_blank, scalar_text, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logister_core.types import Request

ENVELOPES: Final = {
    "ingest": "event",
    "check_in": "check_in",
    "deployment": "deployment",
    "mobile_token": "mobile_ingest_token",
}
"""By the label of the endpoint."""

# These may also come without an envelope.
_FLAT: Final = frozenset({"check_in", "deployment"})

KEYS: Final = 50
KEY_LENGTH: Final = 80
WORD_LENGTH: Final = 100


def submitted_document(error: IngestError, request: Request) -> object:
    """The refused document, of a batch one of the refused envelopes, decoded anew: intake changes what it works on.

    None when it was not read or cannot be, and when it was refused for who sent it: then nobody looks at it.
    """
    reception = request.reception
    if reception is None or reception.body is None or _refused_unseen(error):
        return None
    try:
        if request.path_info.startswith(BATCH_PATH):
            return _envelope(reception.body, error, request)
        return decode_json(reception.body)
    except IngestError:
        return None


def is_own_report(document: object) -> bool:
    """Whether that is a report about a refusal; to report it again would go on and on."""
    fields = normalized_fields(_fields(document, "ingest"))
    message = scalar_text(fields.get("message")) or ""
    is_log = fields.get("event_type") == "log" and message.startswith("Client ")
    return is_log and "client_submission" in normalized_fields(child(fields, "context"))


def summary(document: object, label: str) -> dict[str, Any]:
    """`label` is that of the endpoint the document was sent to."""
    told: dict[str, Any] = {"root_keys": _names(document) if isinstance(document, dict) else []}
    key = _envelope_key(document, label)
    if key is not None:
        told["envelope_key"] = key[:KEY_LENGTH]
        told["envelope_key_case"] = "uppercase" if key.isupper() else "lowercase" if key.islower() else "mixed"
    envelope = _fields(document, label)
    if not envelope:
        return told
    fields = normalized_fields(envelope)
    context = child(fields, "context")
    told |= {
        "envelope_keys": _names(envelope),
        "normalized_envelope_keys": _names(fields),
        "event_type": text(fields.get("event_type"), WORD_LENGTH),
        "level": text(fields.get("level"), WORD_LENGTH),
        "message_present": not is_blank(fields.get("message")),
        "context_keys": _names(context),
    }
    for name in ("slug", "status"):
        value = fields.get(name) if label == "check_in" else context.get(f"check_in_{name}")
        told[f"check_in_{name}"] = text(value, WORD_LENGTH)
    return told


def _refused_unseen(error: IngestError) -> bool:
    return isinstance(error, (Unauthorized, Forbidden)) and not isinstance(error, TypeForbidden)


def _envelope(body: bytes, error: IngestError, request: Request) -> object:
    """The first refused envelope of a batch, or its first line where the refusal names none."""
    number = 0
    if isinstance(error, InvalidBatch):
        number = next(result["index"] for result in error.body["results"] if result["status"] == "rejected")
    limit = request.registry.intake.batch_limits.decompressed_bytes
    found = lines(decompressed(body, request.headers.get("Content-Encoding", ""), limit))
    line = next(islice(found, number, None), None)
    return None if line is None else decode_json(line[1])


def _envelope_key(document: object, label: str) -> str | None:
    """In whatever spelling: a wrong one may be the mistake."""
    if not isinstance(document, dict):
        return None
    return next((key for key in document if normalize_key(key) == ENVELOPES[label]), None)


def _fields(document: object, label: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        return {}
    key = _envelope_key(document, label)
    if key is None:
        return document if label in _FLAT else {}
    return child(document, key)


def _names(keys: Iterable[str]) -> list[str]:
    return [key[:KEY_LENGTH] for key in islice(keys, KEYS)]

"""From bytes to records: pure functions, no I/O, in the order in which intake calls them.

decode_json → event_envelope → enforce_limits → normalize_event; check-ins and deployments take
the same way with their own envelopes. Everything refused is an `IngestError` that carries its answer.
"""

from logister_core.ingest.normalization.check_ins import normalize_check_in
from logister_core.ingest.normalization.decoding import decode_json
from logister_core.ingest.normalization.envelopes import (
    check_in_envelope,
    deployment_envelope,
    event_envelope,
    mobile_token_envelope,
)
from logister_core.ingest.normalization.events import is_span, normalize_event
from logister_core.ingest.normalization.frames import enforce_limits, trim_frames
from logister_core.ingest.normalization.identity import batch_identity_problem, parse_uuid
from logister_core.ingest.normalization.keys import normalize_key
from logister_core.ingest.normalization.limits import DEFAULT, PayloadLimits, check_limits
from logister_core.ingest.normalization.spans import span_uuid
from logister_core.ingest.normalization.structure import SPARE_VALUES, Room

__all__ = [
    "DEFAULT",
    "SPARE_VALUES",
    "PayloadLimits",
    "Room",
    "batch_identity_problem",
    "check_in_envelope",
    "check_limits",
    "decode_json",
    "deployment_envelope",
    "enforce_limits",
    "event_envelope",
    "is_span",
    "mobile_token_envelope",
    "normalize_check_in",
    "normalize_event",
    "normalize_key",
    "parse_uuid",
    "span_uuid",
    "trim_frames",
]

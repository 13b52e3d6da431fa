"""The text of a dictionary: what the server writes into every body, and the code that a project's errors pass through.

A dictionary outlives the events that it was made from, so nothing enters it that belongs to a person: of each frame
only where in the code it lies and the line of source, never messages, variables or anything else of the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from logister_core.error_groups.payload import exception_of, stack_lists
from logister_core.error_groups.stack_lines import parse_stack_line

# Longer would save little and cost memory in every process.
MOST_CODE: Final = 8192
_MOST_FRAMES: Final = 50
_LONGEST_TEXT: Final = 300

_CODE_KEYS: Final = frozenset(
    {
        "filename", "file", "path", "abs_path", "template", "lineno", "line_number", "colno", "column", "line", "name",
        "function", "method", "symbol", "module", "image", "class", "class_name", "in_app", "application_frame",
        "context_line", "code",
    }
)  # fmt: skip

# As bodies begin and end; the middle is in the order of the compressor's liking, the most frequent last.
COMMON: Final = (
    b'{"context":{"environment":"production","release":"","service":"","trace_id":"","request_id":"","session_id":"",'
    b'"user_id":"","platform":"","tags":{},"breadcrumbs":[{"timestamp":"","category":"","level":"info","message":"",'
    b'"data":{}}],"duration_ms":0.0,"exception":{"class":"","qualified_class":"","message":"","cause":null,'
    b'"backtrace":[],"frames":[]},"telemetry_evidence":{"schema_version":1,"source":"sdk","source":"api",'
    b'"capture_mode":"sdk","capture_mode":"api","evidence_kind":"event_payload","identity_scope":"occurrence",'
    b'"fatality":"unknown","time":{"precision":"exact","occurred_at":"2026-01-01T00:00:00.000000Z",'
    b'"received_at":"2026-01-01T00:00:00.000000Z"},"normalization":{"owner":"server",'
    b'"normalizer":"TelemetryEvidenceNormalizer","sensitive_key_filter_applied":true}}},'
    b'"request":{"ip":"","user_agent":""}}'
)


def dictionary_text(context: Mapping[str, Any], older: bytes = COMMON) -> bytes:
    """`older` with the code of this event added at its end; the same when it adds nothing."""
    code = _code_of(context)
    if not code or code in older:
        return older
    return COMMON + (older.removeprefix(COMMON) + code)[-MOST_CODE:]


def names_code(content: bytes) -> bool:
    return len(content) > len(COMMON)


def _code_of(context: Mapping[str, Any]) -> bytes:
    """The frames of the event's best stack, spelled as in its body; empty without any."""
    for holder in (exception_of(context) or {}, context):
        for stack in stack_lists(holder):
            frames = [code for entry in stack[:_MOST_FRAMES] if (code := _code(entry))]
            if frames:
                return orjson.dumps(frames)
    return b""


def _code(entry: object) -> object:
    if isinstance(entry, dict):
        return {key: value for key, value in entry.items() if key in _CODE_KEYS and _is_short(value)}
    if isinstance(entry, str) and len(entry) <= _LONGEST_TEXT and parse_stack_line(entry) is not None:
        return entry
    return None


def _is_short(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)

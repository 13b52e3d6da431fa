"""What clients send, as JSON Schema. Fields that are not named here are ignored; the context keeps everything."""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.normalization import DEFAULT
from logister_core.ingest.normalization.check_ins import DEFAULT_INTERVAL_SECONDS
from logister_core.ingest.normalization.events import EVENT_TYPES
from logister_core.ingest.normalization.spans import SPAN_KINDS
from logister_core.mobile_tokens.models import MobilePlatform
from logister_core.mobile_tokens.schemas import DEFAULT_LIFE, LONGEST_LIFE, SHORTEST_LIFE
from logister_core.mobile_tokens.schemas import EVENT_TYPES as TOKEN_TYPES

Schema = dict[str, Any]


def text(description: str | None = None, **rules: Any) -> Schema:
    return _typed("string", description, rules)


def number(description: str | None = None, **rules: Any) -> Schema:
    return _typed("number", description, rules)


def whole(description: str | None = None, **rules: Any) -> Schema:
    return _typed("integer", description, rules)


def object_of(properties: Schema, *, required: tuple[str, ...] = (), description: str | None = None) -> Schema:
    rules = {"required": list(required)} if required else {}
    return _typed("object", description, {**rules, "properties": properties})


def _typed(kind: str, description: str | None, rules: Schema) -> Schema:
    described = {} if description is None else {"description": description}
    return {"type": kind, **described, **rules}


_UUID: Final = text(
    "Chosen by the client, so that sending again is harmless; it counts within its project.", format="uuid"
)
_EVENT_ID: Final = text("Another name of `uuid`.", format="uuid")
_TIME: Final = text("ISO 8601; without a zone it is UTC, and what cannot be read counts as not sent.")

EVENT: Final = object_of(
    {
        "event_type": text(enum=[*sorted(EVENT_TYPES), "span"]),
        "message": text(
            "Required, except for spans. The name of a metric or a transaction, the slug of a check-in.",
            maxLength=DEFAULT.message_bytes,
        ),
        "uuid": _UUID,
        "event_id": _EVENT_ID,
        "level": text("Any word; `debug`, `info`, `warn`, `error` and `fatal` have a colour."),
        "fingerprint": text("Errors with the same one belong together, whatever else they say."),
        "occurred_at": _TIME | {"description": "ISO 8601. Without it the event happened when it arrived."},
        "environment": text("Default `production`."),
        "release": text(),
        "service": text(),
        "trace_id": text("Required for spans, here or in the context."),
        "span_id": text("Required for spans, here or in the context."),
        "parent_span_id": text(),
        "name": text("Of a span."),
        "kind": text(f"Of a span: {', '.join(sorted(SPAN_KINDS))}; any other word becomes internal."),
        "status": {"description": "How a span, a transaction or a check-in ended.", "type": ["string", "integer"]},
        "started_at": _TIME,
        "ended_at": _TIME,
        "duration_ms": number(minimum=0),
        "value": number("Of a metric."),
        "unit": text("Of a metric."),
        "request_id": text(),
        "session_id": text(),
        "user_id": text(),
        "transaction_name": text(),
        "repository": text("`owner/name`."),
        "commit_sha": text(),
        "branch": text(),
        "tags": {"description": "Names and values to filter by.", "type": "object"},
        "context": {"description": "Everything else. It may hold the fields above as well.", "type": "object"},
    },
    required=("event_type",),
    description="One error, log, metric, transaction, check-in or span.",
)

CHECK_IN: Final = object_of(
    {
        "slug": text("Name of the job."),
        "status": text("`error` means that the job failed; any other word means that it ran. Default `ok`."),
        "expected_interval_seconds": whole(
            f"When the next one is expected; default {DEFAULT_INTERVAL_SECONDS}.", minimum=1
        ),
        "occurred_at": _TIME,
        "checked_at": text("Another name of `occurred_at`."),
        "duration_ms": number(minimum=0),
        "environment": text("Default `production`."),
        "release": text(),
        "trace_id": text(),
        "request_id": text(),
        "uuid": _UUID,
        "event_id": _EVENT_ID,
    },
    required=("slug",),
    description="A scheduled job says that it ran; the first one with a new slug and environment makes a monitor.",
)

DEPLOYMENT: Final = object_of(
    {
        "release": text(),
        "repository": text("`owner/name`, or an address of github.com."),
        "commit_sha": text("7 to 40 hexadecimal digits.", pattern="^[0-9a-fA-F]{7,40}$"),
        "environment": text("Default `production`."),
        "branch": text(),
        "deployed_at": _TIME,
        "pull_request_number": {"type": ["integer", "string"]},
        **{
            name: text()
            for name in (
                "pull_request_url",
                "release_tag",
                "release_url",
                "compare_url",
                "workflow_run_url",
                "deployment_url",
            )
        },
    },
    required=("release", "repository", "commit_sha"),
    description="The same release, environment and repository again changes the deployment that is known.",
)

MOBILE_TOKEN: Final = object_of(
    {
        "platform": text("That of the project.", enum=sorted(MobilePlatform)),
        "service": text("The app's identifier. It is written into everything that the token sends."),
        "environment": text(),
        "release": text(),
        "session_id": text(),
        "expires_in_seconds": whole(f"Default {DEFAULT_LIFE}.", minimum=SHORTEST_LIFE, maximum=LONGEST_LIFE),
        "allowed_event_types": {
            "description": "What the token may send; by default everything.",
            "type": "array",
            "items": text(enum=list(TOKEN_TYPES)),
        },
    },
    required=("platform", "service", "environment"),
    description="What the token is for: it may send nothing that says otherwise.",
)

"""The document as a whole."""

from __future__ import annotations

from typing import Any, Final

from logister_core import __version__
from logister_core.api import answers, batches, reading, schemas
from logister_core.api.operations import operation
from logister_core.api.requests import CHECK_IN_EXAMPLES, DEPLOYMENT_EXAMPLES, EVENT_EXAMPLES, TOKEN_EXAMPLES
from logister_core.ingest.endpoints import (
    BATCH_PATH,
    CHECK_INS_PATH,
    DEPLOYMENTS_PATH,
    EVENTS_PATH,
    MOBILE_TOKENS_PATH,
)
from logister_core.settings import Settings
from logister_core.settings.sections import IntakeSettings

VERSION: Final = "3.1.0"
DESCRIPTION: Final = """\
How programs send telemetry to Logister, and how they get to read.

Each path for telemetry also answers with `.json` or a slash behind it. Bodies are JSON whatever the content type says,
except for batches. Names of keys may be written in any style: `occurredAt`, `OCCURRED_AT` and `occurred_at` are the
same, and so are `event` and `EVENT` around a single event.

Every refusal has a `code`, which does not change, and in `help` what to do. Nothing of a refused request is stored.

A program of the installation's own that runs on somebody's phone sends with a mobile token. Pages of other origins
may send once their origin is among the project's allowed origins.

Programs read in the name of a person who approves that in a browser; their refusals have a `message` in place of
`help`."""

# How each kind of credential is presented; a mobile token goes where an API key would.
SECURITY_SCHEMES: Final = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of the project. `Bearer` is written exactly so, with one space; when this header "
        "begins so, it alone decides.",
    },
    "apiKeyHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "The same key, for programs that cannot set `Authorization`.",
    },
    "mobileToken": {
        "type": "http",
        "scheme": "bearer",
        "description": f"A token from `POST {MOBILE_TOKENS_PATH}`, for events and check-ins; `X-Api-Key` takes it too.",
    },
    **reading.SECURITY_SCHEME,
}


INFO: Final = {
    "title": "Logister",
    "version": __version__,
    "summary": "Telemetry over HTTP: errors, logs, metrics, transactions, spans, check-ins and deployments.",
    "description": DESCRIPTION,
    "license": {"name": "MIT", "identifier": "MIT"},
}

TAGS: Final = [
    {"name": "Events", "description": "One at a time, or many together."},
    {"name": "Check-ins", "description": "Scheduled jobs say that they ran."},
    {"name": "Deployments", "description": "Which commit runs where."},
    {"name": "Mobile tokens", "description": "For apps, which cannot keep a key secret."},
    reading.TAG,
]

# What is the same on every server; a batch depends on the settings.
OPERATIONS: Final = {
    EVENTS_PATH: operation(
        "sendEvent",
        "Events",
        "Send one event",
        body=schemas.ref("EventEnvelope"),
        examples=EVENT_EXAMPLES,
        accepted=answers.EVENT_ACCEPTED,
        refusals=answers.event_refusals(),
        mobile=True,
    ),
    CHECK_INS_PATH: operation(
        "checkIn",
        "Check-ins",
        "Say that a job ran",
        body=schemas.ref("CheckInEnvelope"),
        examples=CHECK_IN_EXAMPLES,
        accepted=answers.CHECK_IN_ACCEPTED,
        refusals=answers.check_in_refusals(),
        mobile=True,
    ),
    DEPLOYMENTS_PATH: operation(
        "recordDeployment",
        "Deployments",
        "Say that a release was deployed",
        body=schemas.ref("DeploymentEnvelope"),
        examples=DEPLOYMENT_EXAMPLES,
        accepted=answers.DEPLOYMENT_ACCEPTED,
        refusals=answers.deployment_refusals(),
    ),
    MOBILE_TOKENS_PATH: operation(
        "createMobileToken",
        "Mobile tokens",
        "Get a short-lived token for an app",
        body=schemas.ref("MobileTokenEnvelope"),
        examples=TOKEN_EXAMPLES,
        accepted=answers.TOKEN_CREATED,
        refusals=answers.token_refusals(),
    ),
}


def openapi_document(settings: Settings) -> dict[str, Any]:
    """Of a server with these settings: they decide where it is, and what a batch may hold."""
    return {
        "openapi": VERSION,
        "info": INFO,
        "servers": [{"url": settings.product.public_url.rstrip("/")}],
        "security": [{"apiKey": []}, {"apiKeyHeader": []}],
        "tags": TAGS,
        "paths": _paths(settings.intake),
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "headers": schemas.HEADERS,
            "schemas": {**schemas.COMPONENTS, **reading.SCHEMAS},
        },
    }


def _paths(intake: IntakeSettings) -> dict[str, Any]:
    batch = batches.operation_of(intake.batch_events, intake.batch_bytes)
    operations = {EVENTS_PATH: OPERATIONS[EVENTS_PATH], BATCH_PATH: batch} | OPERATIONS
    return {path: {"post": described} for path, described in operations.items()} | reading.PATHS

"""How programs get to read: logins, the session of a token, and what the server can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from logister_core.api.operations import MET_BY_ALL, named
from logister_core.api.payloads import Schema, object_of, text, whole
from logister_core.api.schemas import ref
from logister_core.cli_access.api import SHOWN_PROJECTS, WHY
from logister_core.cli_access.bodies import LONGEST
from logister_core.cli_access.capabilities import BUILT, FEATURES
from logister_core.cli_access.device_logins import INTERVAL, NoToken
from logister_core.cli_access.endpoints import CAPABILITIES_PATH, LOGINS_PATH, SESSION_PATH, TOKEN_PATH
from logister_core.cli_access.errors import (
    InvalidParameter,
    QueryTimeout,
    RateLimited,
    ReadError,
    TooLarge,
    Unauthorized,
    Unreadable,
)
from logister_core.cli_access.limits import LOGIN_WINDOW
from logister_core.cli_access.schemas import INVALID, NAME_LENGTH
from logister_core.cli_access.scopes import GRANTED, READ_SCOPES
from logister_core.web.api_refusals import OF_APPLICATION, OF_SERVER

TAG: Final = {"name": "Reading", "description": "Programs that read in the name of a person."}
SECURITY_SCHEME: Final = {
    "cliToken": {
        "type": "http",
        "scheme": "bearer",
        "description": f"A CLI token from `POST {TOKEN_PATH}`. `Bearer` is written exactly so, with one space.",
    }
}

_WHEN: Final = {
    400: "There is no token, or the body cannot be read",
    401: "No active CLI token",
    408: "The body took longer to arrive than it may",
    413: "The body is too large",
    422: "A value makes no sense",
    429: "Too many requests of this token, or from this address",
    503: "The database does not answer, or took too long; ask again later",
}
_COUNTERS: Final = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_TIME: Final = text(format="date-time")
_SCOPE: Final = text(enum=sorted(GRANTED))
_SCOPES: Final = {"type": "array", "items": _SCOPE, "minItems": 1}
_FLAG: Final = {"type": "boolean"}
_UUID: Final = text(format="uuid")
_CODE: Final = "K7QM-3XWD"
_EXAMPLE_SCOPES: Final = ["projects:read", "events:read"]

SCHEMAS: Final[dict[str, Any]] = {
    "CliLoginRequest": object_of(
        {
            "client_name": text("Shown to the person who approves.", maxLength=NAME_LENGTH),
            "scopes": {"type": "array", "items": _SCOPE, "description": "Without it, everything that can be read."},
            "scope": text("The same as words in one text; `scopes` wins."),
        }
    ),
    "CliLogin": object_of(
        {
            "device_code": text("Secret, for asking for the token."),
            "user_code": text("For the person to compare.", pattern="^[A-Z0-9]{4}-[A-Z0-9]{4}$"),
            "verification_uri": text(format="uri"),
            "verification_uri_complete": text(format="uri"),
            "expires_in": whole("Seconds.", minimum=1),
            "interval": whole("Seconds between two questions for the token.", minimum=1),
            "scope": text(),
            "scopes": _SCOPES,
        },
        required=(
            *("device_code", "user_code", "verification_uri", "verification_uri_complete"),
            *("expires_in", "interval", "scope", "scopes"),
        ),
    ),
    "CliTokenRequest": object_of({"device_code": text()}, required=("device_code",)),
    "CliToken": object_of(
        {
            "access_token": text("Told once."),
            "token_type": text(const="Bearer"),
            "expires_at": _TIME,
            "scope": text(),
            "scopes": _SCOPES,
        },
        required=("access_token", "token_type", "expires_at", "scope", "scopes"),
    ),
    "CliNoToken": object_of(
        {"error": text(enum=[why.value for why in NoToken]), "error_description": text(), "interval": whole(minimum=1)},
        required=("error", "error_description", "interval"),
    ),
    "CliSession": object_of(
        {
            "token": object_of(
                {
                    "uuid": _UUID,
                    "name": text(),
                    "scopes": _SCOPES,
                    "expires_at": _TIME,
                    "created_at": _TIME,
                    "last_used_at": _TIME,
                    "all_projects": _FLAG,
                },
                required=("uuid", "name", "scopes", "expires_at", "created_at", "all_projects"),
            ),
            "accessible_project_count": whole(minimum=0),
            "accessible_project_uuids": {"type": "array", "items": _UUID, "maxItems": SHOWN_PROJECTS},
            "accessible_projects_truncated": _FLAG,
            "missing_recommended_scopes": {"type": "array", "items": _SCOPE},
            "generated_at": _TIME,
        },
        required=(
            *("token", "accessible_project_count", "accessible_project_uuids", "accessible_projects_truncated"),
            *("missing_recommended_scopes", "generated_at"),
        ),
    ),
    "CliCapabilities": object_of(
        {
            "server": text(const="logister"),
            "server_version": text(),
            "api_contract_version": text("Of this document."),
            "api_contract_sha256": text("Of this document as it is served.", pattern="^[0-9a-f]{64}$"),
            "minimum_cli_version": text(),
            "recommended_cli_version": text(),
            "generated_at": _TIME,
            "endpoints": {"type": "object", "additionalProperties": text()},
            "auth": object_of(
                {
                    "cli_access_tokens": _FLAG,
                    "device_authorization": _FLAG,
                    "project_ingest_keys_for_read": _FLAG,
                    "recommended_scopes": _SCOPES,
                }
            ),
            "features": {"type": "object", "additionalProperties": _FLAG},
        },
        required=(
            *("server", "server_version", "api_contract_version", "api_contract_sha256", "minimum_cli_version"),
            *("recommended_cli_version", "generated_at", "endpoints", "auth", "features"),
        ),
    ),
    "CliRefusal": object_of(
        {
            "error": text("It does not change."),
            "code": text("Stable, for programs."),
            "message": text("What is wrong, for people."),
            "parameter": text(),
            "required_scopes": _SCOPES,
            "retry_after": whole("Seconds.", minimum=1),
        },
        required=("error", "code", "message"),
    ),
}

_BODIES: Final = (Unreadable("The body is not valid JSON."), TooLarge(LONGEST))
_LOGIN: Final = {
    "device_code": "sBq4m0c9W3kq6VJd3mB0mW3Yt5cJ1oVf0Q9l2b7Xh8uZr6TnA4eKpGiLxCwDyFsE",
    "user_code": _CODE,
    "verification_uri": "https://logister.example.com/cli/device",
    "verification_uri_complete": f"https://logister.example.com/cli/device?user_code={_CODE}",
    "expires_in": 600,
    "interval": INTERVAL,
    "scope": " ".join(_EXAMPLE_SCOPES),
    "scopes": _EXAMPLE_SCOPES,
}
_TOKEN: Final = {
    "access_token": f"logister_cli_{'0123456789abcdef' * 4}",
    "token_type": "Bearer",
    "expires_at": "2026-12-20T12:00:00Z",
    "scope": " ".join(_EXAMPLE_SCOPES),
    "scopes": _EXAMPLE_SCOPES,
}
_SESSION: Final = {
    "token": {
        "uuid": "019f2a34-5b6c-7d8e-9f01-23456789abcd",
        "name": "Logister CLI device login",
        "scopes": _EXAMPLE_SCOPES,
        "expires_at": "2026-12-20T12:00:00.000000Z",
        "created_at": "2026-11-20T12:00:00.000000Z",
        "all_projects": False,
    },
    "accessible_project_count": 1,
    "accessible_project_uuids": ["0b7d9a3e-5f1c-4a52-9b1e-0c8a2f6d4e71"],
    "accessible_projects_truncated": False,
    "missing_recommended_scopes": [scope for scope in READ_SCOPES if scope not in _EXAMPLE_SCOPES],
    "generated_at": "2026-11-20T12:00:00.000000Z",
}
_CAPABILITIES: Final = {
    "server": "logister",
    "server_version": "0.1.0",
    "api_contract_version": "0.1.0",
    "api_contract_sha256": "28b02964e64dcd1f6dc9ba2c5ca1b417f93ee360420a4f1c173bc45d61663a36",
    "minimum_cli_version": "0.1.0",
    "recommended_cli_version": "0.1.2",
    "generated_at": "2026-11-20T12:00:00Z",
    "endpoints": {
        "capabilities": CAPABILITIES_PATH,
        "session": SESSION_PATH,
        "device_authorizations": LOGINS_PATH,
        "device_token": TOKEN_PATH,
    },
    "auth": {
        "cli_access_tokens": True,
        "device_authorization": True,
        "project_ingest_keys_for_read": False,
        "recommended_scopes": list(READ_SCOPES),
    },
    "features": {name: name in BUILT for name in FEATURES},
}


def _operation(
    name: str,
    summary: str,
    answer: tuple[int, str, Any],
    refusals: Sequence[ReadError] = (),
    *,
    asked: tuple[str, Any] | None = None,
    token: bool = False,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`answer` is status, schema and example; `asked` schema and example; `token` says that one is needed; `more` are
    responses of a shape of their own.
    """
    counters = _COUNTERS if token else ()
    status, schema, example = answer
    described: dict[str, Any] = {"operationId": name, "tags": [TAG["name"]], "summary": summary}
    described["security"] = [{"cliToken": []}] if token else []
    if asked is not None:
        content = {"schema": ref(asked[0]), "examples": named({"usual": asked[1]})}
        described["requestBody"] = {
            "required": asked[0] == "CliTokenRequest",
            "content": dict.fromkeys(("application/json", "application/x-www-form-urlencoded"), content),
        }
    responses: dict[str, Any] = {str(status): _response("Done", [(schema, {"usual": example})], counters)}
    for refused, shapes in _refused(refusals, more or {}).items():
        waits = ("Retry-After",) if refused in (429, 503) else ()
        responses[str(refused)] = _response(_WHEN[refused], shapes, (*counters, *waits))
    described["responses"] = responses
    return described


def _refused(refusals: Sequence[ReadError], more: Mapping[str, Any]) -> dict[int, list[tuple[str, Mapping[str, Any]]]]:
    """By status, schemas with examples: our own refusals, and those that can meet every request."""
    found: dict[int, list[tuple[str, Mapping[str, Any]]]] = {}
    if more:
        found[400] = [("CliNoToken", more)]
    for error in refusals:
        found.setdefault(error.status, []).append(("CliRefusal", {error.body["code"]: error.body}))
    for status in MET_BY_ALL:
        met = {f"{OF_SERVER[status].code}_of_server": OF_SERVER[status].body()}
        if status == 503:
            met |= {OF_APPLICATION[503].code: OF_APPLICATION[503].body()}
        found.setdefault(status, []).append(("Refusal", met))
    return dict(sorted(found.items()))


def _response(
    description: str, shapes: Sequence[tuple[str, Mapping[str, Any]]], headers: Sequence[str]
) -> dict[str, Any]:
    schemas = [ref(name) for name in dict.fromkeys(name for name, _ in shapes)]
    examples = {name: example for _, found in shapes for name, example in found.items()}
    schema: Schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in (*headers, "X-Request-Id")},
        "content": {"application/json": {"schema": schema, "examples": named(examples)}},
    }


PATHS: Final[dict[str, Any]] = {
    LOGINS_PATH: {
        "post": _operation(
            "createCliDeviceAuthorization",
            "Begin a login that a person approves in a browser",
            (201, "CliLogin", _LOGIN),
            [
                *_BODIES,
                InvalidParameter("scopes", "name a permission that cannot be asked for", error=INVALID),
                RateLimited(LOGIN_WINDOW, told=False),
            ],
            asked=("CliLoginRequest", {"client_name": "My program", "scopes": _EXAMPLE_SCOPES}),
        )
    },
    TOKEN_PATH: {
        "post": _operation(
            "exchangeCliDeviceAuthorization",
            "Ask whether a login was approved, and for its token",
            (200, "CliToken", _TOKEN),
            [*_BODIES, RateLimited(LOGIN_WINDOW, told=False)],
            asked=("CliTokenRequest", {"device_code": _LOGIN["device_code"]}),
            more={
                why.value: {"error": why.value, "error_description": WHY[why], "interval": INTERVAL} for why in NoToken
            },
        )
    },
    SESSION_PATH: {
        "get": _operation(
            "getCliSession",
            "See what a token is good for",
            (200, "CliSession", _SESSION),
            [Unauthorized(), RateLimited(37, told=True), QueryTimeout()],
            token=True,
        )
    },
    CAPABILITIES_PATH: {
        "get": _operation(
            "getCliCapabilities",
            "See what this server can do for programs that read",
            (200, "CliCapabilities", _CAPABILITIES),
        )
    },
}

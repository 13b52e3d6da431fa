"""What a report tells of the refused request: enough to find the program and its mistake, and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from logister_core.client_submissions.payload import summary
from logister_core.ingest.batch.answers import InvalidBatch
from logister_core.ingest.credentials import Credential
from logister_core.ingest.normalization.mobile_scope import BindingConflict
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_core.ingest.errors import IngestError
    from logister_core.ingest.reception import Reception
    from logister_core.types import Request

HEADER_LENGTH: Final = 300
SENTENCES: Final = 20
SENTENCE_LENGTH: Final = 300

# Others are not told: what stands first may as well be the token itself.
_SCHEMES: Final = frozenset({"bearer", "basic", "digest", "token", "apikey", "api-key", "key"})


def details_of(error: IngestError, request: Request, digest_prefix: str | None, document: object) -> dict[str, Any]:
    """The members of `context.client_submission` that are known from the request; `document` may be None."""
    reception = request.reception
    assert reception is not None  # noqa: S101 - refusals without one are not reported
    details = {
        "reason": error.reason,
        "status": error.status,
        "endpoint": reception.endpoint.label,
        "path": request.path_info,
        "method": request.method,
        "request_id": request.request_id,
        "client_ip": request.client_ip,
        "user_agent": _header(request, "HTTP_USER_AGENT"),
        "content_type": _header(request, "CONTENT_TYPE"),
        "content_length": request.content_length,
        "auth": _auth(request, reception, digest_prefix),
        "errors": _sentences(error),
        "exception": {"class": type(error).__name__, "message": str(error)},
    }
    if document is not None:
        details["payload"] = summary(document, reception.endpoint.label)
    return details


def _auth(request: Request, reception: Reception, digest_prefix: str | None) -> dict[str, Any]:
    authorization = request.environ.get("HTTP_AUTHORIZATION", "")
    bearer, x_api_key = authorization.startswith("Bearer "), bool(request.environ.get("HTTP_X_API_KEY", "").strip())
    source = None
    if digest_prefix is not None:
        source = "authorization" if bearer else "x_api_key"
    return {
        "authorization_header_present": bool(authorization),
        "authorization_scheme": _scheme(authorization),
        "bearer_present": bearer,
        "x_api_key_present": x_api_key,
        "credential_type": _credential_type(reception),
        "token_source": source,
        "token_digest_prefix": digest_prefix,
    }


def _scheme(authorization: str) -> str | None:
    """As it was sent: `bearer` in lower case is a mistake worth seeing."""
    scheme, space, _ = authorization.partition(" ")
    return scheme if space and scheme.lower() in _SCHEMES else None


def _credential_type(reception: Reception) -> str | None:
    """None when nothing is known of the token."""
    found = reception.found
    if found is None or found.api_key_id is None:
        return None
    mobile = found.scope is not None if isinstance(found, Credential) else found.mobile_token_id is not None
    return "mobile_ingest_token" if mobile else "api_key"


def _sentences(error: IngestError) -> list[str]:
    """What the client was told, without the values that it had sent."""
    if isinstance(error, InvalidBatch):
        told = [
            f"{result['index']}: {sentence}"
            for result in error.body["results"]
            if result["status"] == "rejected"
            for sentence in result["errors"]
        ]
    elif isinstance(error, BindingConflict):
        told = [sentence.partition(" (")[0] for sentence in error.body["errors"]]
    else:
        told = error.body.get("errors") or [error.body["error"]]
    return [sentence[:SENTENCE_LENGTH] for sentence in told[:SENTENCES]]


def _header(request: Request, name: str) -> str | None:
    return one_line(request.environ.get(name, ""))[:HEADER_LENGTH] or None

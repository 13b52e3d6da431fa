"""What programs send to begin a login and to ask for its token: JSON or a form, flat or within one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import orjson

from logister_core.cli_access.errors import TooLarge, Unreadable

if TYPE_CHECKING:
    from logister_core.types import Request

# Bytes; a login has 300.
LONGEST: Final = 16_384
_FORM: Final = "application/x-www-form-urlencoded"
_ENVELOPE: Final = "device_authorization"


def sent(request: Request) -> dict[str, Any]:
    """The parameters by name; of a form all values are lists. Raises `ReadError` for what cannot be read."""
    body = _read(request)
    if request.content_type == _FORM:
        return _of_form(body)
    return _of_json(body) if body.strip() else {}


def _read(request: Request) -> bytes:
    length = request.content_length
    if length is None:
        # Without a length only a server that marks the end of a chunked body can be read to the end.
        length = LONGEST + 1 if request.environ.get("wsgi.input_terminated") else 0
    elif length > LONGEST:
        raise TooLarge(LONGEST)
    body: bytes = request.body_file_raw.read(length)
    if len(body) > LONGEST:
        raise TooLarge(LONGEST)
    return body


def _of_form(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        # `scopes[]`, `device_authorization[scopes][]` and `device_authorization[client_name]` alike.
        parts = [part.removesuffix("]") for part in name.removesuffix("[]").split("[")]
        found.setdefault(parts[-1], []).append(value)
    return found


def _of_json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except ValueError:
        raise Unreadable("The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The body is no JSON object.")
    within = found.get(_ENVELOPE)
    return {**within, **found} if isinstance(within, dict) else found

"""The id that ties the log lines of a request together."""

from __future__ import annotations

import re
import secrets
from typing import Any

_KEY = "logister.request_id"
_SAFE = re.compile(r"[A-Za-z0-9._~:/+=@-]{1,255}")


def request_id_of(environ: dict[str, Any]) -> str:
    """The request's id: a safe incoming `X-Request-Id`, else 32 hex digits.

    Kept in the WSGI environment, which the attempts of a retried request share.
    """
    known = environ.get(_KEY)
    if known is None:
        incoming = environ.get("HTTP_X_REQUEST_ID", "")
        known = incoming if _SAFE.fullmatch(incoming) else secrets.token_hex(16)
        environ[_KEY] = known
    return str(known)

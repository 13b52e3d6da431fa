"""Asking Cloudflare what a token is worth (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from logister_core import __version__
from logister_core.outgoing import Unwelcome, ask
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_plugins.turnstile import Settings

# Seconds for connecting, for each wait and for the whole answer; somebody waits in front of a form.
PATIENCE: Final = 3.0
MOST_BYTES: Final = 65_536
LONGEST_CODE: Final = 60
# The secret is wrong, or none of Cloudflare's; all other codes are about the token.
SECRET_CODES: Final = frozenset({"missing-input-secret", "invalid-input-secret"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`error` is None for a good token, else Cloudflare's first code. What is not told is empty."""

    error: str | None
    action: str = ""
    hostname: str = ""


def verify(settings: Settings, token: str, remote_ip: str | None = None) -> Verdict:
    """Ask once; a token is good for one question only. Raises one of `outgoing.FAILURES`."""
    question = {"secret": settings.secret_key, "response": token}
    if remote_ip is not None:
        question["remoteip"] = remote_ip
    answer = ask(
        settings.verify_url,
        method="POST",
        headers={"Content-Type": "application/json", "User-Agent": f"logister/{__version__}"},
        body=orjson.dumps(question),
        patience=PATIENCE,
        whole_answer=PATIENCE,
        most_bytes=MOST_BYTES,
    )
    document = _document(answer.body)
    if 200 <= answer.status < 300 and document is not None:
        return _verdict(document)
    # Cloudflare tells of a wrong secret with a status of its own.
    code = None if document is None else _first_code(document)
    if code is None or answer.status >= 500:
        raise Unwelcome(answer.status)
    return Verdict(code)


def _verdict(document: dict[str, Any]) -> Verdict:
    if document.get("success") is not True:
        return Verdict(_first_code(document) or "no-success")
    return Verdict(None, _text(document.get("action")), _text(document.get("hostname")).lower())


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _first_code(document: dict[str, Any]) -> str | None:
    codes = document.get("error-codes")
    return (_text(codes[0])[:LONGEST_CODE] or None) if isinstance(codes, list) and codes else None


def _text(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else ""

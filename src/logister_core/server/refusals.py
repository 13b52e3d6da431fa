"""What a server answers itself, because the request never reaches the application.

Clients of the API get JSON in the shape of every other refusal; everybody else a sentence.
"""

from __future__ import annotations

import http
import json
from typing import Final

from logister_core.ingest.answers import HELP
from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.endpoints import BATCH_PATH
from logister_core.ingest.errors import IngestError, PayloadTooLarge
from logister_core.web.api_refusals import OF_SERVER

_RETRY_AFTER: Final = 5


class Refusals:
    """`batch_bytes` is the limit of batches on the wire."""

    def __init__(self, batch_bytes: int) -> None:
        self._batch_bytes = batch_bytes

    def answer(self, status: int, path: str) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body for whoever asked for `path`; "" when that is not known."""
        if status not in OF_SERVER:
            status = 400
        body, kind = self._body(status, path)
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        if status == 503:
            headers.append(("Retry-After", str(_RETRY_AFTER)))
        return f"{status} {http.HTTPStatus(status).phrase}", headers, body

    def _body(self, status: int, path: str) -> tuple[bytes, str]:
        refusal = OF_SERVER[status]
        if not path.startswith("/api/"):
            return f"{refusal.error} {refusal.help}\n".encode(), "text/plain"
        if status == 413:
            error = self._too_large(path)
            said = {**error.body, "help": HELP[error.code]}
        else:
            said = refusal.body()
        return json.dumps(said).encode(), "application/json"

    def _too_large(self, path: str) -> IngestError:
        """As the application refuses a body that is only a little too large."""
        if path.startswith(BATCH_PATH):
            return BatchError.compressed_bytes(self._batch_bytes)
        return PayloadTooLarge.request_bytes()

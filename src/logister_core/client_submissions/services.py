"""Reporting refusals of intake."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from logister_core.client_submissions.details import details_of
from logister_core.client_submissions.payload import is_own_report, submitted_document
from logister_core.client_submissions.recorder import Recorder, Rejection
from logister_core.client_submissions.throttle import Throttle
from logister_core.ingest.credentials import Credential, digest_of, presented_token

if TYPE_CHECKING:
    from logister_core.ingest.errors import IngestError
    from logister_core.ingest.reception import Reception
    from logister_core.types import Request

logger = logging.getLogger(__name__)

# New rows of one process in one minute. Tokens and addresses that somebody invents belong to no project, and must not
# take the place of what clients of projects do wrong.
MOST_OF_PROJECTS: Final = 100
MOST_OF_STRANGERS: Final = 20

# Hexadecimal digits of a token's digest that are kept.
DIGEST_PREFIX: Final = 16


class Rejections(Protocol):
    def report(self, error: IngestError, request: Request) -> None:
        """Report that the request was refused. Returns at once and raises nothing."""

    def start(self) -> None:
        """Begin to write, in this process."""

    def stop(self) -> None:
        """Write what waits, for at most a few seconds."""


class NoReports:
    """For installations that do not report on themselves."""

    def report(self, error: IngestError, request: Request) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


class Reports:
    """Reports each mistake once a minute, see `RejectedSubmission`."""

    def __init__(self, recorder: Recorder, *, own_key: str) -> None:
        self._recorder = recorder
        self._own_digest = digest_of(own_key)
        self._projects = Throttle("of projects", MOST_OF_PROJECTS)
        self._strangers = Throttle("of strangers", MOST_OF_STRANGERS)

    def start(self) -> None:
        self._recorder.start()

    def stop(self) -> None:
        self._recorder.stop()

    def flush(self) -> None:
        """Write what waits, here and now."""
        self._recorder.flush()

    def report(self, error: IngestError, request: Request) -> None:
        try:
            rejection = self._rejection(error, request)
        except Exception:
            # The client gets its answer whatever happens here.
            logger.warning("client_submissions.report_failed", exc_info=True)
            return
        if rejection is not None:
            self._recorder.put(rejection)

    def _rejection(self, error: IngestError, request: Request) -> Rejection | None:
        reception = request.reception
        if reception is None or error.status == 429:
            return None
        token = presented_token(request.headers)
        digest = None if token is None else digest_of(token)
        # Our own key, refused: the report would be refused like this, and be reported, and so on.
        if digest == self._own_digest:
            return None
        digest_prefix = None if digest is None else digest[:DIGEST_PREFIX]
        key = _dedup_key(reception, error.reason, digest_prefix, request.now)
        # First, because all that follows takes time.
        throttle = self._strangers if _project_id(reception) is None else self._projects
        if not throttle.admits(key, request.now):
            return None
        document = submitted_document(error, request)
        if is_own_report(document):
            return None
        return Rejection(
            dedup_key=key,
            label=reception.endpoint.label,
            reason=error.reason,
            status=error.status,
            project_id=_project_id(reception),
            api_key_id=None if reception.found is None else reception.found.api_key_id,
            mobile_token_id=_mobile_token_id(reception),
            details=details_of(error, request, digest_prefix, document),
            rejected_at=request.now,
        )


def _dedup_key(reception: Reception, reason: str, digest_prefix: str | None, now: datetime) -> str:
    project, minute = _project_id(reception) or "-", now.astimezone(UTC).strftime("%Y%m%d%H%M")
    return f"{reception.endpoint.label}:{reason}:{project}:{digest_prefix or '-'}:{minute}"


def _project_id(reception: Reception) -> int | None:
    found = reception.found
    return None if found is None or found.project is None else found.project.id


def _mobile_token_id(reception: Reception) -> int | None:
    found = reception.found
    if isinstance(found, Credential):
        return None if found.scope is None else found.scope.token_id
    return None if found is None else found.mobile_token_id

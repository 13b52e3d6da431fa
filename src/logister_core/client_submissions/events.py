"""A rejection as the telemetry that it becomes."""

from __future__ import annotations

from typing import Any

from logister_core.client_submissions.models import RejectedSubmission


def event_of(rejection: RejectedSubmission) -> dict[str, Any]:
    """What is sent to the project that the installation reports to (specification, ingest chapter §3.6 and §11.4)."""
    return {
        "event_type": "log",
        "level": "warn",
        "message": f"Client {rejection.label} rejected",
        "fingerprint": f"client-submission:{rejection.label}:{rejection.reason}",
        "occurred_at": rejection.rejected_at.isoformat(),
        "context": {
            "client_submission": rejection.details,
            # By this a server knows its own reports, and does not report on them in turn.
            "logister_internal": {
                "component": "client_submissions",
                "operation": "report_rejection",
                "feedback_depth": 1,
            },
        },
    }

"""Whether the installation can report on itself, and look for releases."""

from __future__ import annotations

from urllib.parse import urlsplit

from logister_core.administration.installation.sections import Diagnosis, Examination


def check_observability(examination: Examination) -> Diagnosis:
    reports = examination.settings.self_observability
    running = examination.registry.logister_settings.self_observability
    host = urlsplit(reports.endpoint).hostname
    details = {
        "configured": reports.active,
        "endpoint_host": host,
        "restart_required": reports != running,
        "update_checks": examination.settings.updates.checks_enabled
        and examination.settings.updates.repository is not None,
    }
    if not host:
        return Diagnosis(False, "The address for reports needs a host.", details)
    if not reports.active:
        return Diagnosis(True, "This installation does not report on itself.", details)
    return Diagnosis(True, f"Reports of this installation go to {host}.", details)

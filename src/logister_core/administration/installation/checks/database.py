"""The database of this installation."""

from __future__ import annotations

from logister_core.administration.installation.sections import Diagnosis, Examination
from logister_core.health.views import database


def check_database(examination: Examination) -> Diagnosis:
    """It answers, and has the schema of this release."""
    health = database(examination.registry)
    kind = examination.registry.engine.dialect.name
    details = {"database": {"kind": kind, **health.details}}
    if not health.details["connected"]:
        return Diagnosis(False, "The database does not answer.", details)
    if not health.details["migrations_current"]:
        return Diagnosis(False, "The database lacks the schema of this release: run `logister release`.", details)
    return Diagnosis(True, "The database answers.", details)

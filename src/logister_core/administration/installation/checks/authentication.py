"""The limits of the write API. Plugins that guard forms add checks of their own."""

from __future__ import annotations

from logister_core.administration.installation.sections import Diagnosis, Examination


def check_limits(examination: Examination) -> Diagnosis:
    intake = examination.settings.intake
    limits = {
        "requests": intake.rate_limit_requests,
        "period_seconds": intake.rate_limit_period,
        "pre_auth_requests": intake.pre_auth_limit_requests,
        "auth_failures": intake.auth_failure_limit_requests,
    }
    valid = all(number > 0 for number in limits.values())
    summary = (
        f"A token may send {intake.rate_limit_requests:,} requests in {intake.rate_limit_period:,} seconds."
        if valid
        else "Every limit must be a whole number above zero."
    )
    return Diagnosis(valid, summary, {"api_limits_valid": valid})

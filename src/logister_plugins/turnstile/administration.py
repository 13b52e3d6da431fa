"""Whether Turnstile would let anybody in, for the page of settings."""

from __future__ import annotations

from logister_core.administration.installation.sections import Diagnosis, Examination
from logister_core.outgoing import FAILURES, reason
from logister_plugins.turnstile import Settings
from logister_plugins.turnstile.verification import SECRET_CODES, verify


def check_turnstile(examination: Examination) -> Diagnosis:
    settings = examination.settings.section(Settings)
    named = "turnstile" in examination.settings.runtime.plugins
    enabled = named if settings.enabled is None else settings.enabled
    missing = settings.missing()
    details = {"turnstile_enabled": enabled, "keys_present": not missing}
    if not enabled:
        return Diagnosis(True, "", details)
    if missing:
        return Diagnosis(False, "Turnstile is switched on but lacks a key.", details)
    problem = _problem(settings)
    return Diagnosis(problem is None, problem or "Cloudflare accepts the secret key of Turnstile.", details)


def _problem(settings: Settings) -> str | None:
    """Asks about a token that is none: what is wrong with the secret is told first."""
    try:
        verdict = verify(settings, "a token that nobody was given")
    except FAILURES as error:
        return f"The verifier of Turnstile does not answer ({reason(error)}). Nobody gets in while it does not."
    if verdict.error in SECRET_CODES:
        return f"Cloudflare does not accept the secret key of Turnstile ({verdict.error})."
    return None

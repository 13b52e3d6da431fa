"""The page of settings about banner and analytics."""

from __future__ import annotations

from logister_core.administration.installation.catalogue import PUBLIC
from logister_core.administration.installation.sections import Diagnosis, Examination, InstallationSection
from logister_core.outgoing import FAILURES, Unwelcome, ask, reason
from logister_plugins.analytics import Settings
from logister_plugins.analytics.proxy import MOST_BYTES_RECEIVED, PATIENCE


def check_consent(examination: Examination) -> Diagnosis:
    settings = examination.settings.section(Settings)
    analytics = settings.google_tag_id is not None or settings.cloudflare_token is not None
    details = {"consent_enabled": settings.consent_enabled, "analytics_configured": analytics}
    if not settings.consent_enabled:
        return Diagnosis(True, "There is no banner, and there are no analytics.", details)
    if not settings.banner:
        return Diagnosis(False, "The banner needs its id and the address of its API; or switch it off.", details)
    problem = _problem(settings)
    return Diagnosis(problem is None, problem or "The API serves the settings of the banner.", details)


def _problem(settings: Settings) -> str | None:
    """Asks for what every visitor's browser asks for first."""
    try:
        answer = ask(
            f"{settings.base_url}/{settings.banner_id}/config",
            headers={"Accept": "application/json"},
            patience=PATIENCE,
            whole_answer=PATIENCE,
            most_bytes=MOST_BYTES_RECEIVED,
        )
        if answer.status != 200:
            raise Unwelcome(answer.status)
    except FAILURES as error:
        return f"The API does not serve this banner ({reason(error)})."
    return None


PUBLIC_SITE = InstallationSection(
    "public_site",
    "Public site",
    "A banner that asks visitors for consent, and analytics that run after they agreed.",
    place=80,
    check=check_consent,
    group=PUBLIC,
)

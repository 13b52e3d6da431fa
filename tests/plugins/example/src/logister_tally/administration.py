"""The plugin's page of the installation: how long it keeps its counts, and whether it can."""

from __future__ import annotations

from logister_core.administration.installation.sections import Diagnosis, Examination, InstallationSection
from logister_tally.ledger import ledger_of


def check(examination: Examination) -> Diagnosis:
    """An error that is raised fails the test, and the page tells its kind."""
    batches = ledger_of(examination.settings).batches()
    return Diagnosis(True, f"The file can be used; it has {batches} batches.", {"batches": batches})


SECTION = InstallationSection(
    "tally", "Tally", "How long counts are kept.", place=200, check=check, group="Growing and keeping"
)

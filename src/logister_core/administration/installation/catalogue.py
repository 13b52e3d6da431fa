"""The pages of settings that there are: those of the core, and those that plugins' settings describe."""

from __future__ import annotations

from logister_core.administration.installation.checks.authentication import check_limits
from logister_core.administration.installation.checks.background_jobs import check_background_jobs
from logister_core.administration.installation.checks.database import check_database
from logister_core.administration.installation.checks.email import check_email
from logister_core.administration.installation.checks.general import check_general
from logister_core.administration.installation.checks.observability import check_observability
from logister_core.administration.installation.sections import InstallationSection, Sections
from logister_core.settings import Settings

# Headings of the overview, which plugins may use, too.
MAIL = "People and mail"
STORAGE = "Growing and keeping"
PROTECTION = "Source and protection"
PUBLIC = "Public site and own health"

SECTIONS = (
    InstallationSection(
        "general",
        "General",
        "Where this installation is, and what its links and mails say.",
        place=10,
        check=check_general,
        required=True,
    ),
    InstallationSection(
        "background_jobs",
        "Redis and jobs",
        "Background work groups errors, sends mails and cleans up. One process does it by itself; several need Redis.",
        place=20,
        check=check_background_jobs,
        required=True,
    ),
    InstallationSection(
        "email",
        "Email",
        "The mail server for confirmations, passwords and notifications. Without one, mails are written to files.",
        place=30,
        check=check_email,
        group=MAIL,
        recipient=True,
    ),
    InstallationSection(
        "authentication",
        "Authentication and limits",
        "How much clients may send, and what protects the forms that strangers see.",
        place=70,
        check=check_limits,
        group=PROTECTION,
    ),
    InstallationSection(
        "observability",
        "Observability",
        "Whether this installation reports on itself, and looks for newer releases.",
        place=90,
        check=check_observability,
        group=PUBLIC,
    ),
)


def catalogue(settings: Settings) -> Sections:
    sections = Sections()
    for section in SECTIONS:
        sections.add(section)
    sections.add_check("general", check_database)
    for plugin in settings.given.sections:
        if hasattr(plugin, "administration"):
            plugin.administration(sections)
    return sections

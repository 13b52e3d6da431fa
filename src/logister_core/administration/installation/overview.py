"""The first page of the administration: what runs, what is not set up, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from logister_core import __version__
from logister_core.administration.installation.rows import STATES
from logister_core.administration.installation.section_page import TAB
from logister_core.administration.installation.sections import InstallationSection
from logister_core.administration.installation.services import InstallationService
from logister_core.administration.tabs import frame_values
from logister_core.outbox.models import UNFINISHED, TelemetryDelivery

if TYPE_CHECKING:
    from logister_core.types import Request


@dataclass(frozen=True, slots=True)
class SectionCard:
    section: InstallationSection
    href: str
    word: str
    kind: str | None
    overrides: int


@dataclass(frozen=True, slots=True)
class CardGroup:
    title: str
    cards: Sequence[SectionCard]


def overview_values(request: Request, service: InstallationService) -> dict[str, Any]:
    cards = [_card(request, service, section) for section in service.sections.all()]
    unverified = service.unverified
    installation = service.row
    return {
        **frame_values(request, TAB),
        "complete": not installation.onboarding_required,
        "completed_at": installation.completed_at,
        "next_section": unverified[0] if unverified else None,
        "missing": [section.label for section in unverified],
        "groups": _groups(cards),
        "overrides": sum(card.overrides for card in cards),
        "facts": _facts(request),
    }


def _card(request: Request, service: InstallationService, section: InstallationSection) -> SectionCard:
    word, kind = STATES[service.state(section)]
    overrides = [one for one in service.settings_of(section) if one.origin(service.current).overrides]
    href = request.route_path("administration.section", section=section.path)
    return SectionCard(section, href, word, kind, len(overrides))


def _groups(cards: Sequence[SectionCard]) -> list[CardGroup]:
    """Required ones first, then by heading in the order of the sections."""
    titles = dict.fromkeys(card.section.group for card in cards if not card.section.required)
    groups = [CardGroup("Required", [card for card in cards if card.section.required])]
    return groups + [
        CardGroup(title, [card for card in cards if card.section.group == title and not card.section.required])
        for title in titles
    ]


def _facts(request: Request) -> list[tuple[str, str]]:
    """What this process runs with now; the pages of settings find out more when they are asked to."""
    settings = request.settings
    waiting = request.db.scalar(select(func.count()).select_from(TelemetryDelivery).where(UNFINISHED)) or 0
    work = "inside the web process" if settings.in_process_worker else "in workers, through Redis"
    mail = settings.mail.host or "written to files, because no mail server is set"
    plugins = ", ".join(f"{plugin.name} {plugin.version}" for plugin in request.registry.plugins) or "none"
    return [
        ("Release", settings.updates.release or __version__),
        ("Address", settings.product.public_url),
        ("Database", "SQLite" if settings.database.sqlite else "PostgreSQL"),
        ("Background work", work),
        ("Batches to be worked on", f"{waiting:,}"),
        ("Mail", mail),
        ("Plugins", plugins),
    ]

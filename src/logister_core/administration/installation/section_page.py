"""One page of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logister_core.administration.installation.entered import Entered
from logister_core.administration.installation.rows import STATES, changes_of, last_test, setting_rows
from logister_core.administration.installation.sections import Diagnosis
from logister_core.administration.installation.self_monitoring import PAGE, SelfMonitoring
from logister_core.administration.installation.services import InstallationService
from logister_core.administration.installation.stages import stages
from logister_core.administration.tabs import frame_values

if TYPE_CHECKING:
    from logister_core.administration.installation.sections import InstallationSection
    from logister_core.types import Request

TAB = "Installation"


def section_values(
    request: Request,
    service: InstallationService,
    entered: Entered | None = None,
    diagnosis: Diagnosis | None = None,
) -> dict[str, Any]:
    """What `section.pt` reads; `entered` when something was sent and not saved, `diagnosis` of a test just now."""
    section: InstallationSection = request.context.section
    settings = service.settings_of(section)
    step = service.steps.of(section.name)
    sections = service.sections.all()
    place = sections.index(section)
    state = service.state(section)
    rows = setting_rows(settings, request.settings, service.current, entered)
    verified_at = step.last_verified_at if step and state in ("verified", "changed") else None
    problem = entered.problems.get("") if entered else None
    return {
        **frame_values(request, TAB),
        "page": section,
        "rows": rows,
        "waiting": [row.label for row in rows if row.waiting],
        "problems": [problem] if problem else [],
        "marked": bool(entered and entered.problems and not problem),
        "state": state,
        "badge": STATES[state],
        "diagnosis": diagnosis,
        "details": detail_rows(diagnosis.details if diagnosis else step.details if step else {}),
        "verified_at": verified_at,
        "stages": stages(rows, state, verified_at, last_test(request.db, section.name)),
        "number": place + 1,
        "count": len(sections),
        "previous": sections[place - 1] if place else None,
        "following": sections[place + 1] if place + 1 < len(sections) else None,
        "next_required": next((one for one in service.unverified if one is not section), None),
        "can_complete": service.row.onboarding_required and not service.unverified,
        "recipient": request.POST.get("test_recipient", ""),
        **self_monitoring_values(request, section.name),
        "changes": changes_of(request.db, section, settings),
    }


def self_monitoring_values(request: Request, page: str) -> dict[str, Any]:
    """The card of the project to which the installation reports, on the page where that is set."""
    if page != PAGE:
        return {"own": None, "own_choices": []}
    service = request.find_service(SelfMonitoring)
    return {"own": service.connection(), "own_choices": service.choices()}


def detail_rows(details: Any) -> list[tuple[str, str]]:
    """Name and value of what a check has found; what is inside of something is named after both."""
    return [(name.replace("_", " "), value) for name, value in _flat("", details)]


def _flat(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{prefix} {key}".strip(), inner)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [pair for number, inner in enumerate(value, 1) for pair in _flat(f"{prefix} {number}", inner)]
    if isinstance(value, bool):
        return [(prefix, "yes" if value else "no")]
    if value is None:
        return [(prefix, "—")]
    return [(prefix, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]

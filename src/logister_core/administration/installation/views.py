"""The overview of the installation, and the pages of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config
from sqlalchemy import select

from logister_core.administration.installation.entered import Entered, read_entered
from logister_core.administration.installation.overview import overview_values
from logister_core.administration.installation.section_page import section_values
from logister_core.administration.installation.sections import Diagnosis, Examination, InstallationSection
from logister_core.administration.installation.self_monitoring import PAGE, SelfMonitoring
from logister_core.administration.installation.services import InstallationService
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.projects.models import Project
from logister_core.security.permissions import ADMINISTER

if TYPE_CHECKING:
    from logister_core.types import Request

TEMPLATE = "templates/section.pt"


@view_config(
    route_name="administration.installation",
    request_method="GET",
    permission=ADMINISTER,
    renderer="templates/overview.pt",
)
def overview(request: Request) -> dict[str, Any]:
    return overview_values(request, request.find_service(InstallationService))


@view_config(route_name="administration.complete", request_method="POST", permission=ADMINISTER)
def complete(request: Request) -> HTTPSeeOther:
    service = request.find_service(InstallationService)
    try:
        service.complete()
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return HTTPSeeOther(location=request.route_path("administration.installation"))
    request.find_service(AuditLog).record("installation.completed")
    request.flash("notice", "The installation is set up.")
    first = request.db.scalar(select(Project.id).limit(1)) is None
    return HTTPSeeOther(location=request.route_path("projects.new" if first else "web.root"))


@view_config(route_name="administration.section", request_method="GET", permission=ADMINISTER, renderer=TEMPLATE)
def section(request: Request) -> dict[str, Any]:
    return section_values(request, request.find_service(InstallationService))


@view_config(
    route_name="administration.section", request_method=("POST", "PATCH"), permission=ADMINISTER, renderer=TEMPLATE
)
def save(request: Request) -> Any:
    """`settings[<key>]` and `clear_keys[]`; with `operation=test` they are tried and not saved."""
    if request.POST.get("operation") == "test":
        return test(request)
    service = request.find_service(InstallationService)
    entered = _entered(request, service)
    try:
        changed = service.save(request.context.section, entered)
    except Refused:
        request.response.status_int = 422
        return section_values(request, service, entered)
    if changed:
        request.find_service(AuditLog).record(
            "installation.settings_saved",
            section=request.context.section.label,
            settings=[one.saved.label for one in changed],
        )
    request.flash("notice", _saved(request.context.section, changed))
    return HTTPSeeOther(location=_path(request))


@view_config(
    route_name="administration.section.test", request_method=("POST", "PATCH"), permission=ADMINISTER, renderer=TEMPLATE
)
def test(request: Request) -> dict[str, Any]:
    """200 when the test passed, 422 when it did not."""
    service = request.find_service(InstallationService)
    section, entered = request.context.section, _entered(request, service)
    if entered.problems:
        invalid = sorted(key for key in entered.problems if key)
        summary = entered.problems.get("") or "Correct what is marked first."
        diagnosis = Diagnosis(False, summary, {"invalid_settings": invalid})
        tested = ""
    else:
        examination, tested = service.examination(section, entered, request.POST)
        # A check may wait for other servers. The lock that SQLite has given us meanwhile is one that intake waits for.
        request.tm.abort()
        diagnosis = service.sections.examine(section, examination)
        request.tm.begin()
    service.examined(section, tested, diagnosis)
    request.db.flush()
    request.response.status_int = 200 if diagnosis.passed else 422
    return section_values(request, service, entered, diagnosis)


@view_config(route_name="administration.section.test", request_method="GET", permission=ADMINISTER)
def test_again(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a result again."""
    return HTTPSeeOther(location=_path(request))


@view_config(route_name="administration.section.skip", request_method="POST", permission=ADMINISTER)
def skip(request: Request) -> HTTPSeeOther:
    section = request.context.section
    try:
        request.find_service(InstallationService).skip(section)
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return HTTPSeeOther(location=_path(request))
    request.flash("notice", f"{section.label} is skipped. What is saved stays.")
    return HTTPSeeOther(location=request.route_path("administration.installation"))


@view_config(route_name="administration.section.action", request_method="POST", permission=ADMINISTER)
def act(request: Request) -> HTTPSeeOther:
    """Whatever else the page offers, with what is saved."""
    service, section = request.find_service(InstallationService), request.context.section
    action = section.action(request.matchdict["action"])
    if action is None:
        raise HTTPNotFound
    examination = Examination(request.registry, service.current, True, {})
    # It may wait for other servers, like a test.
    request.tm.abort()
    done = problem = None
    try:
        done = action.run(examination)
    except Refused as refusal:
        problem = " ".join(refusal.problems.values())
    request.tm.begin()
    service.acted(section, action, problem)
    request.flash("notice" if problem is None else "alert", problem or done)
    return HTTPSeeOther(location=_path(request))


@view_config(route_name="administration.self_monitoring", request_method=("POST", "PATCH"), permission=ADMINISTER)
def connect(request: Request) -> HTTPSeeOther:
    """`project_uuid` is where this installation reports on itself from now on."""
    try:
        connection = request.find_service(SelfMonitoring).connect(request.POST.get("project_uuid", ""))
    except Refused as refusal:
        request.flash("alert", refusal.problems["project_uuid"])
    else:
        request.find_service(AuditLog).record("installation.self_monitoring", subject=connection.project)
        if connection.connected:
            request.flash("notice", "Connected. Restart web and worker for reports to begin.")
        else:
            request.flash("alert", f"Not connected. {' '.join(connection.problems)}")
    return HTTPSeeOther(location=request.route_path("administration.section", section=PAGE, _anchor="own-project"))


def _entered(request: Request, service: InstallationService) -> Entered:
    return read_entered(request.POST, service.settings_of(request.context.section), service.current)


def _saved(section: InstallationSection, changed: Any) -> str:
    if not changed:
        return "Nothing was changed."
    if any(one.saved.restart for one in changed):
        return f"{section.label} saved. Restart web and worker for it to take effect."
    return f"{section.label} saved and in effect."


def _path(request: Request) -> str:
    path: str = request.route_path("administration.section", section=request.context.section.path)
    return path

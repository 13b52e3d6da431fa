"""A new project that takes the installation's own errors, as administrators may choose (accounts chapter §11.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logister_core.accounts.administrators import administers
from logister_core.administration.installation.self_monitoring import KIND, SelfMonitoring
from logister_core.audit.log import AuditLog
from logister_core.projects.kinds import kind_label

if TYPE_CHECKING:
    from logister_core.projects.models import Project
    from logister_core.types import Request

FIELD: Final = "monitor_this_installation"


@dataclass(frozen=True, slots=True)
class OwnReports:
    """The choice in the form; `now` is the name of the project that takes them so far, or None."""

    checked: bool
    now: str | None


def choice(request: Request) -> OwnReports | None:
    """None for who does not administer the installation."""
    if not _may_choose(request):
        return None
    project = request.find_service(SelfMonitoring).connection().project
    return OwnReports(wanted(request), project.name if project else None)


def wanted(request: Request) -> bool:
    return request.POST.get(f"project[{FIELD}]") == "1"


def choice_problems(request: Request, kind: str) -> dict[str, str]:
    """What speaks against it, by field; "" is the whole form, because others see no such field."""
    if not wanted(request):
        return {}
    if not _may_choose(request):
        return {"": "Only administrators of this installation choose where its own errors are reported."}
    if kind != KIND.value:
        return {FIELD: f"This installation sends like a {kind_label(KIND.value)} project; choose that kind above."}
    return {}


def connect(request: Request, project: Project) -> None:
    """Let the installation report to that new project, and tell."""
    connection = request.find_service(SelfMonitoring).connect(str(project.uuid))
    request.find_service(AuditLog).record("installation.self_monitoring", subject=project)
    if connection.connected:
        request.flash("notice", "It takes this installation’s own errors once web and worker are restarted.")
    else:
        request.flash("alert", f"It is chosen for this installation’s own errors. {' '.join(connection.problems)}")


def _may_choose(request: Request) -> bool:
    return request.user is not None and administers(request.user, request.settings.product.admin_emails)

"""`/cli/device`: whether a program may read in one's name (specification, read API chapter §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.cli_access.device_logins import USER_CODE_LENGTH, DeviceLogins, bare_code, shown_code
from logister_core.cli_access.models import LoginStatus
from logister_core.cli_access.scopes import WRITE_SCOPES
from logister_core.errors import Refused
from logister_core.projects.queries import ProjectQuery
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import SIGNED_IN

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.cli_access.models import CliDeviceAuthorization
    from logister_core.types import Request

PAGE: Final = "templates/device.pt"
OVER: Final = "This login cannot be decided any more: its code is unknown, was used, or is older than ten minutes."
DECIDED: Final = {
    LoginStatus.APPROVED.value: ("Approved", "You can close this window; the program goes on by itself."),
    LoginStatus.CONSUMED.value: ("Signed in", "The program has its access. You can close this window."),
    LoginStatus.DENIED.value: ("Denied", "The program gets no access. You can close this window."),
}
EXPIRED: Final = ("Too late", "Nobody decided within ten minutes. Begin the login again where the program runs.")


@view_config(route_name="cli_access.device", request_method="GET", permission=SIGNED_IN, renderer=PAGE)
def show(request: Request) -> dict[str, Any]:
    typed = request.GET.get("user_code", "")
    logins = request.find_service(DeviceLogins)
    login = logins.find(typed)
    if login is None:
        unknown = "There is no login with this code." if bare_code(typed) else None
        return _page(typed=typed[: 2 * USER_CODE_LENGTH], unknown=unknown)
    if logins.waits(login):
        return _question(request, login, bare_code(typed))
    return _page(result=DECIDED.get(login.status, EXPIRED))


@view_config(route_name="cli_access.device", request_method="POST", permission=SIGNED_IN, renderer=PAGE)
def decide(request: Request) -> Any:
    """Only what was asked for is ever granted: scopes are those of the row, whatever is sent."""
    assert request.user is not None  # noqa: S101 - the permission says so
    logins, code = request.find_service(DeviceLogins), bare_code(request.POST.get("user_code", ""))
    login = logins.find(code, decide=True)
    if login is None or not logins.waits(login):
        request.flash("alert", OVER)
        return HTTPSeeOther(location=request.route_path("cli_access.device"))
    decision = request.POST.get("decision")
    if decision == "deny":
        logins.deny(login, request.user)
        request.find_service(AuditLog).record("cli_login.denied", subject=login, asked_from=login.ip)
    elif decision == "approve":
        try:
            _approve(request, login)
        except Refused as refusal:
            return _refused(request, login, code, refusal.problems[""])
    else:
        return _refused(request, login, code, "Approve the login or deny it.")
    address = request.route_path("cli_access.device", _query={"user_code": shown_code(code)})
    return HTTPSeeOther(location=address)


def _approve(request: Request, login: CliDeviceAuthorization) -> None:
    all_projects = request.POST.get("all_projects") == "1"
    chosen = _chosen(request)
    request.find_service(DeviceLogins).approve(login, request.user, all_projects=all_projects, chosen=chosen)
    request.find_service(AuditLog).record(
        "cli_login.approved",
        subject=login,
        scopes=" ".join(login.requested_scopes),
        projects="all" if all_projects else len(chosen),
        asked_from=login.ip,
    )


def _chosen(request: Request) -> set[UUID]:
    """Raises `Refused` for what is no UUID: it is nobody's project."""
    found = {canonical_uuid(text) for text in request.POST.getall("project_ids[]")}
    chosen = {uuid for uuid in found if uuid is not None}
    if len(chosen) < len(found):
        raise Refused({"": "One of these projects does not exist. Look at the list again."})
    return chosen


def _refused(request: Request, login: CliDeviceAuthorization, code: str, problem: str) -> dict[str, Any]:
    request.response.status_int = 422
    return _question(request, login, code) | {
        "problem": problem,
        "all_projects": request.POST.get("all_projects") == "1",
        "checked": set(request.POST.getall("project_ids[]")),
    }


def _question(request: Request, login: CliDeviceAuthorization, code: str) -> dict[str, Any]:
    assert request.user is not None  # noqa: S101 - the permission says so
    projects = [
        (str(project.uuid), project.name)
        for project in ProjectQuery(request.db).accessible(request.user, archived=False)
    ]
    return _page(
        code=shown_code(code),
        login=login,
        reads=[scope for scope in login.requested_scopes if scope not in WRITE_SCOPES],
        writes=[scope for scope in login.requested_scopes if scope in WRITE_SCOPES],
        projects=projects,
        checked={uuid for uuid, _ in projects},
        you=request.user.email,
        now=request.now,
    )


def _page(**values: Any) -> dict[str, Any]:
    defaults = {"login": None, "result": None, "typed": "", "unknown": None, "problem": None, "all_projects": False}
    return defaults | values

"""`/api/v1/cli/device_authorizations`, its `/token`, `/session` and `/capabilities`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.response import Response
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.cli_access.answers import answer, moment, second, told
from logister_core.cli_access.bodies import sent
from logister_core.cli_access.capabilities import capabilities
from logister_core.cli_access.device_logins import INTERVAL, LIFE, DeviceLogins, NoToken
from logister_core.cli_access.gates import reading
from logister_core.cli_access.limits import count_login, count_poll
from logister_core.cli_access.queries import reached
from logister_core.cli_access.schemas import device_code, wanted_login
from logister_core.cli_access.scopes import READ_SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logister_core.types import Request

SHOWN_PROJECTS: Final = 100
WHY: Final = {
    NoToken.PENDING: "The login waits to be approved in a browser.",
    NoToken.SLOW_DOWN: f"Ask at most every {INTERVAL} seconds.",
    NoToken.DENIED: "The login was denied in the browser.",
    NoToken.EXPIRED: "The login was not finished in time. Begin a new one.",
    NoToken.INVALID: "There is no such login, or it is over. Begin a new one.",
}


@view_config(route_name="cli_access.capabilities", require_csrf=False)
def show_capabilities(request: Request) -> Response:
    return answer(request, 200, capabilities(request))


@view_config(route_name="cli_access.logins", require_csrf=False)
def begin_login(request: Request) -> Response:
    count_login(request)
    wanted = wanted_login(sent(request))
    begun = request.find_service(DeviceLogins).begin(wanted, request.client_ip)
    page = f"{request.settings.product.public_url}{request.route_path('cli_access.device')}"
    return answer(
        request,
        201,
        {
            "device_code": begun.device_code,
            "user_code": begun.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={begun.user_code}",
            "expires_in": int(LIFE.total_seconds()),
            "interval": INTERVAL,
            **_scopes(wanted.scopes),
        },
    )


@view_config(route_name="cli_access.logins.token", require_csrf=False)
def exchange(request: Request) -> Response:
    """Refusals are returned, not raised: that somebody asked is written down as well."""
    count_poll(request)
    found = request.find_service(DeviceLogins).exchange(device_code(sent(request)))
    if isinstance(found, NoToken):
        why = {"error": found.value, "error_description": WHY[found], "interval": INTERVAL}
        return answer(request, 400, why)
    token = found.token
    request.find_service(AuditLog).record(
        "cli_token.granted",
        user=found.user,
        subject=token,
        scopes=" ".join(token.scopes),
        projects="all" if token.all_projects else len(token.project_uuids),
    )
    return answer(
        request,
        200,
        {
            "access_token": found.plain,
            "token_type": "Bearer",
            "expires_at": second(token.expires_at),
            **_scopes(token.scopes),
        },
    )


@view_config(route_name="cli_access.session", require_csrf=False)
def show_session(request: Request) -> Response:
    with reading(request) as token:
        count, uuids = reached(request.db, token, SHOWN_PROJECTS)
        body = {
            "token": told(
                {
                    "uuid": str(token.uuid),
                    "name": token.name,
                    "scopes": token.scopes,
                    "expires_at": moment(token.expires_at),
                    "created_at": moment(token.created_at),
                    "last_used_at": None if token.last_used_at is None else moment(token.last_used_at),
                    "all_projects": token.all_projects,
                }
            ),
            "accessible_project_count": count,
            "accessible_project_uuids": [str(uuid) for uuid in uuids],
            "accessible_projects_truncated": count > SHOWN_PROJECTS,
            "missing_recommended_scopes": [scope for scope in READ_SCOPES if scope not in token.scopes],
            "generated_at": moment(request.now),
        }
    return answer(request, 200, body)


def _scopes(scopes: Sequence[str]) -> dict[str, Any]:
    return {"scope": " ".join(scopes), "scopes": list(scopes)}

"""Pages about people with accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.administrators import administers
from logister_core.accounts.services import normal_email
from logister_core.administration.tabs import frame_values
from logister_core.administration.users.queries import belongings, factors_of, keys_made, people
from logister_core.administration.users.services import PeopleService
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.mail.models import MailKind
from logister_core.mail.services import AccountMails
from logister_core.second_factors.services import SecondFactors
from logister_core.security.inputs import one_line
from logister_core.security.permissions import ADMINISTER

if TYPE_CHECKING:
    from logister_core.types import Request

TAB = "Users"
SEARCH_LENGTH = 200
# Nobody turns that many pages; the search is for finding.
LAST_PAGE = 1_000


@view_config(
    route_name="administration.users", request_method="GET", permission=ADMINISTER, renderer="templates/index.pt"
)
def index(request: Request) -> dict[str, Any]:
    """`q` is any part of address or name, `page` counts from 1."""
    search = one_line(request.GET.get("q"))[:SEARCH_LENGTH]
    number = _page_number(request.GET.get("page", ""))
    page = people(request.db, search, number)
    return {
        **frame_values(request, TAB),
        "rows": page.rows,
        "search": search,
        "newer": _page(request, search, number - 1) if number > 1 else None,
        "older": _page(request, search, number + 1) if page.more else None,
    }


@view_config(
    route_name="administration.user", request_method="GET", permission=ADMINISTER, renderer="templates/show.pt"
)
def show(request: Request) -> dict[str, Any]:
    person = request.context.person
    return {
        **frame_values(request, TAB),
        "person": person,
        "is_you": person is request.user,
        "administers": administers(person, request.settings.product.admin_emails),
        "belongings": belongings(request.db, person),
        "factors": factors_of(request.find_service(SecondFactors), person),
        "base": _path(request),
    }


@view_config(route_name="administration.user.confirm", request_method=("POST", "PATCH"), permission=ADMINISTER)
def confirm(request: Request) -> HTTPSeeOther:
    person = request.context.person
    if request.find_service(PeopleService).confirm(person):
        request.find_service(AuditLog).record("user.confirmed", subject=person)
        request.flash("notice", f"{person.email} is confirmed and can sign in.")
    else:
        request.flash("notice", f"{person.email} was confirmed already.")
    return HTTPSeeOther(location=_path(request))


@view_config(route_name="administration.user.resend", request_method="POST", permission=ADMINISTER)
def resend(request: Request) -> HTTPSeeOther:
    person = request.context.person
    if person.confirmed_at is not None:
        request.flash("notice", f"{person.email} was confirmed already.")
    else:
        request.find_service(AccountMails).confirmation(person)
        request.flash("notice", f"The confirmation mail to {person.email} is on its way.")
    return HTTPSeeOther(location=_path(request))


@view_config(route_name="administration.user.reset_factors", request_method="POST", permission=ADMINISTER)
def reset_factors(request: Request) -> HTTPSeeOther:
    """For somebody who has lost them all. `confirmation` is the person's address, typed."""
    person, back = request.context.person, HTTPSeeOther(location=_path(request))
    if person is request.user:
        # There the password is asked for, which whoever found an open browser does not know.
        request.flash("alert", "Change your own second factors on your security page.")
        return back
    if normal_email(request.POST.get("confirmation", "")) != person.email:
        request.flash("alert", f"Nothing was taken away. Type the address of the person, {person.email}.")
        return back
    if not request.find_service(SecondFactors).reset(person):
        request.flash("notice", f"{person.email} has no second factors.")
        return back
    request.find_service(AuditLog).record("second_factor.reset", subject=person)
    request.find_service(AccountMails).second_factor_changed(person, MailKind.FACTORS_RESET)
    request.flash("notice", f"{person.email} signs in with the password alone now.")
    return back


@view_config(route_name="administration.user", request_method="DELETE", permission=ADMINISTER)
@view_config(route_name="administration.user.delete", request_method="POST", permission=ADMINISTER)
def remove(request: Request) -> HTTPSeeOther:
    person = request.context.person
    keys = keys_made(request.db, person)
    try:
        purges = request.find_service(PeopleService).delete(person, request.user)
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return HTTPSeeOther(location=_path(request))
    audit = request.find_service(AuditLog)
    if purges:
        audit.record("user.deletion_prepared", subject=person, purges=[str(purge.uuid) for purge in purges])
        names = ", ".join(f"{purge.project_name} ({purge.uuid})" for purge in purges)
        request.flash(
            "alert",
            f"{person.email} owns projects, which are being deleted now: {names}. "
            "Delete the account again when they are gone.",
        )
        return HTTPSeeOther(location=_path(request))
    audit.record("user.deleted", subject=person, keys_kept=keys)
    request.flash("notice", f"The account of {person.email} is deleted.")
    return HTTPSeeOther(location=request.route_path("administration.users"))


def _path(request: Request) -> str:
    path: str = request.route_path("administration.user", user=request.context.person.uuid)
    return path


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _page(request: Request, search: str, number: int) -> str:
    query = {"q": search} if search else {}
    if number > 1:
        query["page"] = str(number)
    path: str = request.route_path("administration.users", _query=query)
    return path

"""The page on which people manage their second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPConflict, HTTPForbidden, HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.passwords import PasswordHasher
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.mail.models import MailKind
from logister_core.mail.services import AccountMails
from logister_core.second_factors import totp
from logister_core.second_factors.freshness import fresh
from logister_core.second_factors.passkeys import Passkeys
from logister_core.second_factors.services import SecondFactors
from logister_core.second_factors.steps import Purpose, SignInSteps
from logister_core.security.permissions import SIGNED_IN

if TYPE_CHECKING:
    from pyramid.response import Response

    from logister_core.accounts.models import User
    from logister_core.types import Request

INDEX: Final = "templates/index.pt"
CODES: Final = "templates/codes.pt"
APP: Final = "templates/app.pt"
# Of passwords entered again.
ATTEMPTS: Final = 5
ATTEMPTS_PERIOD: Final = 600


@view_config(route_name="second_factors.index", request_method="GET", permission=SIGNED_IN, renderer=INDEX)
def index(request: Request) -> dict[str, Any]:
    return _page(request)


@view_config(route_name="second_factors.confirm", request_method="POST", permission=SIGNED_IN, renderer=INDEX)
def confirm(request: Request) -> Any:
    """`current_password` opens the forms for a while."""
    user, session = _user(request), request.user_session
    counted = request.registry.rate_limiter.hit(
        "account", "reauthentication", str(user.uuid), limit=ATTEMPTS, period=ATTEMPTS_PERIOD
    )
    if counted is not None and counted.limited:
        request.response.status_int = 429
        request.response.headers["Retry-After"] = str(counted.retry_after)
        return _page(request, problem="That was too often. Wait a few minutes, then try again.")
    password = request.POST.get("current_password", "")
    if session is None or not request.find_service(PasswordHasher).verify(user.password_hash, password[:1025]):
        request.response.status_int = 422
        return _page(request, problem="This is not your password.")
    session.reauthenticated_at = request.now
    return _back(request)


@view_config(route_name="second_factors.app", request_method="POST", permission=SIGNED_IN)
def begin_app(request: Request) -> HTTPSeeOther:
    if not fresh(request):
        return _stale(request)
    try:
        request.find_service(SecondFactors).begin_app(_user(request))
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return _back(request)
    return HTTPSeeOther(location=request.route_path("second_factors.app"))


@view_config(route_name="second_factors.app", request_method="GET", permission=SIGNED_IN, renderer=APP)
def app(request: Request) -> Any:
    return _app(request)


@view_config(route_name="second_factors.app.verify", request_method="POST", permission=SIGNED_IN, renderer=CODES)
def verify_app(request: Request) -> Any:
    """`code` shows that the app has the secret. The recovery codes of a first factor are in this answer alone."""
    if not fresh(request):
        return _stale(request)
    user, factors = _user(request), request.find_service(SecondFactors)
    first = not factors.required(user)
    try:
        factors.confirm_app(user, request.POST.get("code", ""))
    except Refused as refusal:
        request.response.status_int = 422
        request.override_renderer = f"logister_core.second_factors:{APP}"
        return _app(request, refusal.problems["code"])
    request.find_service(AuditLog).record("second_factor.app_added")
    _tell(request, MailKind.APP_ADDED)
    return _added(request, user, "The authenticator app is set up.", first=first)


@view_config(route_name="second_factors.app.remove", request_method="POST", permission=SIGNED_IN)
def remove_app(request: Request) -> HTTPSeeOther:
    if not fresh(request):
        return _stale(request)
    if not request.find_service(SecondFactors).remove_app(_user(request)):
        return _back(request)
    request.find_service(AuditLog).record("second_factor.app_removed")
    _tell(request, MailKind.APP_REMOVED)
    request.flash("notice", "The authenticator app is removed.")
    return _back(request)


@view_config(route_name="second_factors.codes", request_method="POST", permission=SIGNED_IN, renderer=CODES)
def make_codes(request: Request) -> Any:
    if not fresh(request):
        return _stale(request)
    user = _user(request)
    if not request.find_service(SecondFactors).required(user):
        return _back(request)
    _tell(request, MailKind.CODES_MADE)
    return _codes(request, user, "The old recovery codes do not work any more.")


@view_config(route_name="second_factors.passkeys.options", request_method="POST", permission=SIGNED_IN, renderer="json")
def registration(request: Request) -> Any:
    """What the script hands to the browser to make a passkey."""
    passkeys: Passkeys = request.find_service(Passkeys)
    if not fresh(request):
        return HTTPForbidden(json_body={"error": "Enter your password first."})
    if (problem := request.passkey_problem) is not None:
        return HTTPConflict(json_body={"error": problem})
    user = _user(request)
    options = passkeys.registration(user, request.find_service(SecondFactors).passkeys(user))
    header = request.find_service(SignInSteps).begin(Purpose.PASSKEY_REGISTRATION, user, challenge=options["challenge"])
    request.response.headerlist.append(header)
    return options


@view_config(route_name="second_factors.passkeys", request_method="POST", permission=SIGNED_IN, renderer=CODES)
def register(request: Request) -> Any:
    """`credential` is what the browser made, `name` what the person calls it."""
    if not fresh(request):
        return _stale(request)
    user, steps, factors = _user(request), request.find_service(SignInSteps), request.find_service(SecondFactors)
    step = steps.current(Purpose.PASSKEY_REGISTRATION)
    if step is None or step.user_id != user.id or not steps.take(step):
        request.flash("alert", "That took too long. Try again.")
        return _back(request)
    first = not factors.required(user)
    try:
        passkey = request.find_service(Passkeys).register(
            user, request.POST.get("credential", ""), step.data["challenge"], request.POST.get("name", "")
        )
    except Refused as refusal:
        request.flash("alert", next(iter(refusal.problems.values())))
        return _back(request)
    request.find_service(AuditLog).record("second_factor.passkey_added", subject=passkey)
    _tell(request, MailKind.PASSKEY_ADDED)
    return _added(request, user, f"The passkey “{passkey.name}” is added.", first=first)


@view_config(route_name="second_factors.passkey.remove", request_method="POST", permission=SIGNED_IN)
def remove_passkey(request: Request) -> HTTPSeeOther:
    if not fresh(request):
        return _stale(request)
    passkey = request.context.passkey
    request.find_service(AuditLog).record("second_factor.passkey_removed", subject=passkey)
    _tell(request, MailKind.PASSKEY_REMOVED)
    request.find_service(SecondFactors).remove_passkey(_user(request), passkey)
    request.flash("notice", f"The passkey “{passkey.name}” is removed.")
    return _back(request)


def _user(request: Request) -> User:
    assert request.user is not None  # noqa: S101 - the permission says so
    return request.user


def _tell(request: Request, kind: MailKind) -> None:
    """By mail, so that somebody whose browser or password another one has learns of it."""
    request.find_service(AccountMails).second_factor_changed(_user(request), kind)


def _page(request: Request, problem: str | None = None) -> dict[str, Any]:
    user, factors = _user(request), request.find_service(SecondFactors)
    app = factors.app(user)
    return {
        "fresh": fresh(request),
        "problem": problem,
        "app": app if app is not None and app.confirmed_at is not None else None,
        "passkeys": factors.passkeys(user),
        "passkey_problem": request.passkey_problem,
        "required": factors.required(user),
        "codes_left": factors.codes_left(user),
        "address": request.route_path("second_factors.index"),
        "now": request.now,
    }


def _app(request: Request, problem: str | None = None) -> Any:
    user, factors = _user(request), request.find_service(SecondFactors)
    app = factors.app(user)
    if app is None or app.confirmed_at is not None or not fresh(request):
        return _back(request)
    secret = factors.secret(user, app)
    return {
        "qr_code": totp.qr_code(totp.provisioning_uri(secret, user.email, request.settings.product.public_url)),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "problem": problem,
        "address": request.route_path("second_factors.app.verify"),
        "back": request.route_path("second_factors.index"),
    }


def _added(request: Request, user: User, sentence: str, *, first: bool) -> Response | dict[str, Any]:
    if first:
        return _codes(request, user, sentence)
    request.flash("notice", sentence)
    return _back(request)


def _codes(request: Request, user: User, sentence: str) -> dict[str, Any]:
    """No redirect: nothing may carry the codes from page to page."""
    codes = request.find_service(SecondFactors).make_codes(user)
    request.find_service(AuditLog).record("second_factor.codes_made")
    request.response.headers["Cache-Control"] = "no-store"
    return {"sentence": sentence, "codes": codes, "back": request.route_path("second_factors.index")}


def _stale(request: Request) -> HTTPSeeOther:
    request.flash("alert", "Enter your password again to change how you sign in.")
    return _back(request)


def _back(request: Request) -> HTTPSeeOther:
    return HTTPSeeOther(location=request.route_path("second_factors.index"))

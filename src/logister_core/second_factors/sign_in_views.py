"""The second step of signing in, and signing in with a passkey alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPConflict, HTTPNotFound, HTTPSeeOther, HTTPTooManyRequests
from pyramid.view import view_config

from logister_core.accounts.models import User
from logister_core.accounts.views import begin_session
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.second_factors.models import SignInStep
from logister_core.second_factors.passkeys import Passkeys
from logister_core.second_factors.second_step import fingerprint
from logister_core.second_factors.services import SecondFactors
from logister_core.second_factors.steps import Purpose, SignInSteps
from logister_core.security.targets import local_target
from logister_core.security.tokens import same

if TYPE_CHECKING:
    from logister_core.types import Request

PAGE: Final = "templates/second_step.pt"
# With one password; then it has to be entered again.
ATTEMPTS: Final = 5
# Of one account, however often its password is entered.
ACCOUNT_ATTEMPTS: Final = 20
ACCOUNT_PERIOD: Final = 3600
# Of one address, for passkeys: each attempt writes a row.
ADDRESS_ATTEMPTS: Final = 30
ADDRESS_PERIOD: Final = 600
WRONG: Final = "This code is not right. Codes of the app are good for half a minute, and each of them once."


@view_config(route_name="second_step", request_method="GET", renderer=PAGE)
def form(request: Request) -> Any:
    found = _current(request)
    if found is None:
        return _begin_anew(request)
    return _page(request, found[1])


@view_config(route_name="second_step", request_method="POST", renderer=PAGE)
def enter(request: Request) -> Any:
    """`code` is one of the app, or a recovery code."""
    found = _current(request)
    if found is None:
        return _begin_anew(request)
    step, user = found
    if (refused := _counted(request, step, user)) is not None:
        return refused
    code, factors = request.POST.get("code", "")[:100], request.find_service(SecondFactors)
    if factors.takes_app_code(user, code):
        return _done(request, step, user, "app")
    if factors.takes_recovery_code(user, code):
        left = factors.codes_left(user)
        request.find_service(AuditLog).record("second_factor.code_used", user=user, left=left)
        request.flash("notice", f"That recovery code is used up now. Unused ones: {left}.")
        return _done(request, step, user, "recovery code")
    return _wrong(request, user, WRONG)


@view_config(route_name="second_step.passkey.options", request_method="POST", renderer="json")
def options(request: Request) -> Any:
    found, passkeys = _current(request), request.find_service(Passkeys)
    if found is None:
        return HTTPNotFound(json_body={"error": "That took too long. Enter your password again."})
    if (problem := request.passkey_problem) is not None:
        return HTTPConflict(json_body={"error": problem})
    step, user = found
    asked: dict[str, Any] = passkeys.authentication(request.find_service(SecondFactors).passkeys(user))
    request.find_service(SignInSteps).add(step, challenge=asked["challenge"])
    return asked


@view_config(route_name="second_step.passkey", request_method="POST", renderer=PAGE)
def show_passkey(request: Request) -> Any:
    """`credential` is what the browser made of the challenge."""
    found = _current(request)
    if found is None:
        return _begin_anew(request)
    step, user = found
    if (refused := _counted(request, step, user)) is not None:
        return refused
    challenge = step.data.get("challenge")
    # Good for one answer, right or wrong.
    request.find_service(SignInSteps).add(step, challenge=None)
    try:
        if challenge is None:
            raise Refused({"": "Ask for the passkey again."})
        request.find_service(Passkeys).owner(request.POST.get("credential", ""), challenge, user=user)
    except Refused as refusal:
        return _wrong(request, user, refusal.problems[""])
    return _done(request, step, user, "passkey")


@view_config(route_name="passkey_sign_in.options", request_method="POST", renderer="json")
def sign_in_options(request: Request) -> Any:
    passkeys = request.find_service(Passkeys)
    if (problem := request.passkey_problem) is not None:
        return HTTPConflict(json_body={"error": problem})
    counted = request.registry.rate_limiter.hit(
        "account", "passkey-sign-in", request.client_ip, limit=ADDRESS_ATTEMPTS, period=ADDRESS_PERIOD
    )
    if counted is not None and counted.limited:
        wait = [("Retry-After", str(counted.retry_after))]
        return HTTPTooManyRequests(json_body={"error": "That was too often. Wait a few minutes."}, headers=wait)
    asked: dict[str, Any] = passkeys.authentication(alone=True)
    header = request.find_service(SignInSteps).begin(Purpose.PASSKEY_SIGN_IN, challenge=asked["challenge"])
    request.response.headerlist.append(header)
    return asked


@view_config(route_name="passkey_sign_in", request_method="POST")
def sign_in_alone(request: Request) -> HTTPSeeOther:
    """`credential` of a device that has verified who uses it: two factors in one."""
    sign_in = HTTPSeeOther(location=request.route_path("accounts.sign_in"))
    if request.user is not None:
        return sign_in
    steps = request.find_service(SignInSteps)
    step = steps.current(Purpose.PASSKEY_SIGN_IN)
    if step is None or not steps.take(step):
        request.flash("alert", "That took too long. Try again.")
        return sign_in
    try:
        user, _ = request.find_service(Passkeys).owner(request.POST.get("credential", ""), step.data["challenge"])
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return sign_in
    if not user.may_sign_in:
        request.flash("alert", "Confirm your e-mail address first: open the link in the mail we sent you.")
        return sign_in
    target = local_target(request.POST.get("next")) or f"{request.script_name}/"
    answer = begin_session(request, user, target, method="passkey")
    answer.headerlist.append(steps.removal())
    return answer


def _current(request: Request) -> tuple[SignInStep, User] | None:
    """The step that this browser has to take, and who is to take it."""
    if request.user is not None:
        return None
    step = request.find_service(SignInSteps).current(Purpose.SECOND_STEP)
    if step is None or step.user_id is None:
        return None
    user = request.db.get_one(User, step.user_id)
    return (step, user) if same(step.data["password"], fingerprint(user)) else None


def _counted(request: Request, step: SignInStep, user: User) -> HTTPSeeOther | None:
    """Count the attempt; the answer to one too many."""
    steps = request.find_service(SignInSteps)
    counted = request.registry.rate_limiter.hit(
        "account", "second-step", str(user.uuid), limit=ACCOUNT_ATTEMPTS, period=ACCOUNT_PERIOD
    )
    if steps.attempt(step) <= ATTEMPTS and (counted is None or not counted.limited):
        return None
    steps.take(step)
    request.find_service(AuditLog).record("second_factor.refused", subject=user, reason="too many attempts")
    request.flash("alert", "Too many codes were wrong. Wait a while, then sign in again.")
    headers = [steps.removal()]
    return HTTPSeeOther(location=request.route_path("accounts.sign_in"), headers=headers)


def _wrong(request: Request, user: User, sentence: str) -> dict[str, Any]:
    request.find_service(AuditLog).record("second_factor.refused", subject=user)
    request.response.status_int = 422
    return _page(request, user, sentence)


def _done(request: Request, step: SignInStep, user: User, method: str) -> HTTPSeeOther:
    steps = request.find_service(SignInSteps)
    if not steps.take(step):
        return _begin_anew(request)
    answer = begin_session(
        request,
        user,
        step.data["target"],
        persistent=bool(step.data["persistent"]),
        method=f"{step.data['method']} and {method}",
    )
    answer.headerlist.append(steps.removal())
    return answer


def _begin_anew(request: Request) -> HTTPSeeOther:
    if request.user is not None:
        return HTTPSeeOther(location=f"{request.script_name}/")
    request.flash("alert", "That took too long. Enter your password again.")
    return HTTPSeeOther(location=request.route_path("accounts.sign_in"))


def _page(request: Request, user: User, problem: str | None = None) -> dict[str, Any]:
    factors = request.find_service(SecondFactors)
    app = factors.app(user)
    return {
        "problem": problem,
        "app": app is not None and app.confirmed_at is not None,
        "passkeys": bool(factors.passkeys(user)) and request.passkey_problem is None,
        "address": request.route_path("second_step"),
        "sign_in": request.route_path("accounts.sign_in"),
    }

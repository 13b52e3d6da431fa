"""To the provider and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.views import signed_in
from logister_core.db.sessions import read_transaction
from logister_core.errors import Refused
from logister_core.oidc.provider import Person, Provider, ProviderError
from logister_core.oidc.services import OIDCAccounts
from logister_core.second_factors.models import SignInStep
from logister_core.second_factors.steps import Purpose, SignInSteps
from logister_core.security.targets import local_target
from logister_core.security.tokens import same

if TYPE_CHECKING:
    from logister_core.types import Request

# Of one address: each beginning writes a row.
ATTEMPTS: Final = 30
PERIOD: Final = 600
LONGEST: Final = 4096
AWAY: Final = "{name} does not answer as it should. Try again, or tell the people who look after this installation."
LATE: Final = "That took too long, or began in another browser. Try again."


@view_config(route_name="oidc.begin", request_method="GET")
def begin(request: Request) -> HTTPSeeOther:
    """A link and no form: the content policy lets no form lead to another site."""
    counted = request.registry.rate_limiter.hit("account", "oidc", request.client_ip, limit=ATTEMPTS, period=PERIOD)
    if counted is not None and counted.limited:
        return _refused(request, "That was too often. Wait a few minutes, then try again.")
    try:
        way = request.find_service(Provider).way()
    except ProviderError:
        return _refused(request, _away(request))
    header = request.find_service(SignInSteps).begin(
        Purpose.OIDC,
        state=way.state,
        nonce=way.nonce,
        verifier=way.verifier,
        target=local_target(request.GET.get("next")) or f"{request.script_name}/",
    )
    return HTTPSeeOther(location=way.address, headers=[header])


@view_config(route_name="oidc.callback", request_method="GET")
def callback(request: Request) -> HTTPSeeOther:
    step = _step(request)
    if step is None or not same(step.data["state"], request.GET.get("state", "")):
        return _refused(request, LATE)
    if "error" in request.GET or not request.GET.get("code"):
        return _refused(request, f"{request.settings.oidc.name} did not sign you in.")
    try:
        person = _person(request, step)
    except ProviderError:
        return _refused(request, _away(request))
    steps = request.find_service(SignInSteps)
    if not steps.take(step):
        return _refused(request, LATE)
    try:
        user = request.find_service(OIDCAccounts).account_of(person)
    except Refused as refusal:
        return _refused(request, next(iter(refusal.problems.values())))
    return signed_in(request, user, step.data["target"], method="single sign-on")


def _step(request: Request) -> SignInStep | None:
    """Read apart from the request's transaction: nothing of the database is held while the provider is asked."""
    with read_transaction(request.registry.engine) as db:
        return SignInSteps.of(request, db).current(Purpose.OIDC)


def _person(request: Request, step: SignInStep) -> Person:
    """Asked once, also when the request is run again after a conflict: codes are good once."""
    found = request.environ.get("logister.oidc_person")
    if found is None:
        found = request.environ["logister.oidc_person"] = request.find_service(Provider).person(
            request.GET["code"][:LONGEST],
            nonce=step.data["nonce"],
            verifier=step.data["verifier"],
            stated_issuer=request.GET.get("iss"),
        )
    person: Person = found
    return person


def _away(request: Request) -> str:
    name = request.settings.oidc.name
    return AWAY.format(name=name[:1].upper() + name[1:])


def _refused(request: Request, sentence: str) -> HTTPSeeOther:
    request.flash("alert", sentence)
    return HTTPSeeOther(location=request.route_path("accounts.sign_in"))

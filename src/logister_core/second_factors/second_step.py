"""Between password and session: asking for the second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther

from logister_core.second_factors.services import SecondFactors
from logister_core.second_factors.steps import Purpose, SignInSteps
from logister_core.security.tokens import digest

if TYPE_CHECKING:
    from logister_core.accounts.models import User
    from logister_core.types import Request


def fingerprint(user: User) -> str:
    """Of the password that was entered: a step does not outlive it."""
    return digest(user.password_hash)


def second_step(request: Request, user: User, target: str, *, persistent: bool, method: str) -> HTTPSeeOther | None:
    """The way to the second step; None when this person has none to take, and the session may begin."""
    if not request.find_service(SecondFactors).required(user):
        return None
    header = request.find_service(SignInSteps).begin(
        Purpose.SECOND_STEP, user, target=target, persistent=persistent, method=method, password=fingerprint(user)
    )
    return HTTPSeeOther(location=request.route_path("second_step"), headers=[header])

"""Guards of the forms that strangers send: what they add to the form, and why they refuse what was sent.

Plugins declare them with `config.add_form_guard(guard)`; without one every form is as it is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from markupsafe import Markup
from pyramid.httpexceptions import HTTPFound

from logister_core.security.content_policy import PageKind
from logister_core.security.targets import with_next

if TYPE_CHECKING:
    from logister_core.types import Configurator, Request

Form = Literal["sign_in", "sign_up", "password", "confirmation"]

PAGES: Final[dict[Form, str]] = {
    "sign_in": "/users/sign_in",
    "sign_up": "/users/sign_up",
    "password": "/users/password/new",
    "confirmation": "/users/confirmation/new",
}


class FormGuard(Protocol):
    def fields(self, request: Request, form: Form) -> Markup:
        """What the form shows, above its button."""

    def refusal(self, request: Request, form: Form) -> str | None:
        """Why the form that was sent is refused, in a sentence for who sent it; None lets it pass.

        Asked once for each submission, before the database is. May take seconds.
        """


def add_form_guard(config: Configurator, guard: FormGuard) -> None:
    """Directive: `guard` has a say in every form of `PAGES`."""
    config.registry.form_guards.append(guard)


def guarded(request: Request, form: Form) -> HTTPFound | None:
    """The answer to a submission that a guard refuses, which leads back to the empty form; None when all let it pass.

    For the view to ask after the rate limits and before anything else: a guard may wait for another server, and
    nothing of the database should be held meanwhile.
    """
    refused = f"logister.form_guards.{form}"
    # A request that is run again after a conflict was judged already; what a guard checks may be good only once.
    if refused not in request.environ:
        refusals = (guard.refusal(request, form) for guard in request.registry.form_guards)
        request.environ[refused] = next((sentence for sentence in refusals if sentence is not None), None)
    sentence = request.environ[refused]
    if sentence is None:
        return None
    request.flash("alert", sentence)
    return HTTPFound(location=with_next(f"{request.script_name}{PAGES[form]}", request.POST.get("next")))


def form_guards(request: Any, form: Form) -> Markup:
    """What the guards add to a form."""
    request.page_kinds.add(PageKind.ACCOUNT_FORM)
    return Markup("").join(guard.fields(request, form) for guard in request.registry.form_guards)


def offer_to_templates(event: Any) -> None:
    """Subscriber to BeforeRender: templates have `form_guards`."""
    if str(event.get("renderer_name") or "").endswith(".pt"):
        event["form_guards"] = partial(form_guards, event.get("request"))

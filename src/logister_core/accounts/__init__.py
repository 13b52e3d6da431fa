"""Users, sign-in and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.accounts.form_guards import add_form_guard, offer_to_templates
    from logister_core.accounts.passwords import PasswordHasher
    from logister_core.accounts.services import UserService

    settings = config.registry.logister_settings
    hasher = PasswordHasher.for_tests() if settings.runtime.env == "test" else PasswordHasher()
    config.register_service(hasher, PasswordHasher)
    config.register_service_factory(UserService.from_request, UserService)
    config.registry.form_guards = []
    config.add_directive("add_form_guard", add_form_guard)
    config.add_subscriber(offer_to_templates, "pyramid.events.BeforeRender")
    config.add_audit_actions(
        {
            "account.signed_in": "Signed in",
            "account.sign_in_failed": "Failed sign-in",
            "account.signed_out": "Signed out",
        }
    )
    config.add_route("accounts.sign_in", "/users/sign_in")
    config.add_route("accounts.sign_out", "/users/sign_out")
    config.scan()

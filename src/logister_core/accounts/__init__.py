"""Users, sign-in and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.accounts.changes import AccountChanges
    from logister_core.accounts.form_guards import add_form_guard, offer_to_templates
    from logister_core.accounts.links import AccountLinks
    from logister_core.accounts.passwords import PasswordHasher
    from logister_core.accounts.services import UserService

    settings = config.registry.logister_settings
    hasher = PasswordHasher.for_tests() if settings.runtime.env == "test" else PasswordHasher()
    config.register_service(hasher, PasswordHasher)
    config.register_service_factory(UserService.from_request, UserService)
    config.register_service_factory(AccountLinks.from_request, AccountLinks)
    config.register_service_factory(AccountChanges.from_request, AccountChanges)
    config.registry.form_guards = []
    config.add_directive("add_form_guard", add_form_guard)
    config.add_subscriber(offer_to_templates, "pyramid.events.BeforeRender")
    config.add_audit_actions(
        {
            "account.signed_in": "Signed in",
            "account.sign_in_failed": "Failed sign-in",
            "account.signed_out": "Signed out",
            "account.signed_up": "Signed up",
            "account.signed_up_again": "Sign-up with an address that has an account",
            "account.confirmed": "Address confirmed",
            "account.password_changed": "Password changed",
            "account.email_change_asked": "Change of address asked for",
            "account.email_change_taken_back": "Change of address taken back",
            "account.email_changed": "Address changed",
            "account.session_ended": "Browser signed out",
            "account.other_sessions_ended": "Every other browser signed out",
        }
    )
    config.add_route("accounts.sign_in", "/users/sign_in")
    config.add_route("accounts.sign_out", "/users/sign_out")
    config.add_route("accounts.sign_up", "/users/sign_up")
    config.add_route("accounts.users", "/users")
    config.add_route("accounts.edit", "/users/edit")
    config.add_route("accounts.security", "/account/security")
    config.add_route("accounts.password", "/users/password")
    config.add_route("accounts.password.new", "/users/password/new")
    config.add_route("accounts.password.edit", "/users/password/edit")
    config.add_route("accounts.confirmation", "/users/confirmation")
    config.writes_on_get("accounts.confirmation")
    config.add_route("accounts.confirmation.new", "/users/confirmation/new")
    config.add_route("accounts.confirmation.accept", "/users/confirmation/accept")
    config.add_route("accounts.new_address.resend", "/users/new_address/resend")
    config.add_route("accounts.new_address.cancel", "/users/new_address/cancel")
    config.add_route("accounts.sessions.end_others", "/users/sessions/end_others")
    config.add_route("accounts.session.end", "/users/sessions/{session}/end")
    config.add_route("accounts.profile", "/profile")
    config.add_route("accounts.profile.edit", "/profile/edit")
    config.scan()

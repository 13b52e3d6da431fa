"""What people prove besides their password: codes of an authenticator app, passkeys, and recovery codes.

Whoever has set up one of the first two is asked for it after the password, wherever a session begins. A passkey that
has verified its owner signs in alone.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.second_factors.actors import remove_ended_steps
    from logister_core.second_factors.passkeys import Passkeys, passkey_problem
    from logister_core.second_factors.resources import PasskeyContext
    from logister_core.second_factors.services import SecondFactors
    from logister_core.second_factors.steps import SignInSteps

    config.register_service_factory(SecondFactors.from_request, SecondFactors)
    config.register_service_factory(Passkeys.from_request, Passkeys)
    config.register_service_factory(SignInSteps.from_request, SignInSteps)
    config.add_audit_actions(
        {
            "second_factor.app_added": "Authenticator app set up",
            "second_factor.app_removed": "Authenticator app removed",
            "second_factor.passkey_added": "Passkey added",
            "second_factor.passkey_removed": "Passkey removed",
            "second_factor.codes_made": "Recovery codes made",
            "second_factor.code_used": "Recovery code used",
            "second_factor.refused": "Failed second step",
            "second_factor.reset": "Second factors taken away",
        }
    )
    config.add_request_method(passkey_problem, "passkey_problem", reify=True)
    config.add_recurring_job("sign_in_steps_cleanup", remove_ended_steps, at=time(4, 50))
    own = "/users/second_factors"
    config.add_route("second_factors.index", own)
    config.add_route("second_factors.confirm", f"{own}/confirm")
    config.add_route("second_factors.app", f"{own}/app")
    config.add_route("second_factors.app.verify", f"{own}/app/verify")
    config.add_route("second_factors.app.remove", f"{own}/app/remove")
    config.add_route("second_factors.codes", f"{own}/recovery_codes")
    config.add_route("second_factors.passkeys", f"{own}/passkeys")
    config.add_route("second_factors.passkeys.options", f"{own}/passkeys/options")
    config.add_route("second_factors.passkey.remove", f"{own}/passkeys/{{passkey}}/remove", factory=PasskeyContext)
    config.add_route("second_step", "/users/second_step")
    config.add_route("second_step.passkey", "/users/second_step/passkey")
    config.add_route("second_step.passkey.options", "/users/second_step/passkey/options")
    config.add_route("passkey_sign_in", "/users/sign_in/passkey")
    config.add_route("passkey_sign_in.options", "/users/sign_in/passkey/options")
    config.scan()

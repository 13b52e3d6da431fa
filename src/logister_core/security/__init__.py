"""Who is asking, and what the answer may contain.

`request.user` and `request.user_session` (None for strangers) · `request.client_ip` · `request.flash(kind, text)` and
`request.flashes` · permissions in `permissions`, the default context in `resources` · every derived key in `keys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.security.content_policy import ContentPolicy, add_content_source
from logister_core.security.cookies import FLASH, VISITOR, cookie_jar
from logister_core.security.csrf import CSRFPolicy
from logister_core.security.flash import Flashes, flash
from logister_core.security.form_text import text_only
from logister_core.security.headers import SecurityHeaders
from logister_core.security.policy import SecurityPolicy
from logister_core.security.proxies import TrustedProxies
from logister_core.security.resources import ApplicationRoot
from logister_core.security.tokens import Signer

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    settings = config.registry.logister_settings
    jar = cookie_jar(settings)
    policy = SecurityPolicy(jar)
    # Otherwise every request with a session cookie would look up who it is, static files and intake included.
    config.add_settings({"tm.annotate_user": False})
    config.set_root_factory(ApplicationRoot)
    config.set_security_policy(policy)
    config.add_request_method(policy.user, "user", reify=True)
    config.add_request_method(policy.user_session, "user_session", reify=True)

    config.set_csrf_storage_policy(CSRFPolicy(Signer(settings.secret_key, "csrf"), jar(VISITOR)))
    # The origin is checked by the policy, which also knows the public address behind a proxy.
    config.set_default_csrf_options(require_csrf=True, check_origin=False)
    # Over the check of tokens, which expects text as well.
    config.add_view_deriver(text_only, over="csrf_view", under="secured_view")

    signer, flash_cookie = Signer(settings.secret_key, "flash"), jar(FLASH)
    config.add_request_method(lambda request: Flashes(request, flash_cookie, signer), "flash_store", reify=True)
    config.add_request_method(flash, "flash")
    config.add_request_method(lambda request: request.flash_store.take(), "flashes", reify=True)

    proxies = TrustedProxies(settings.runtime.trusted_proxies)
    config.add_request_method(lambda request: proxies.client_ip(request.environ), "client_ip", reify=True)
    config.registry["logister.trusted_proxies"] = proxies
    config.add_tween(
        "logister_core.security.transport.transport_tween",
        under=("logister_core.access_log.tween.access_log_tween", "pyramid.tweens.INGRESS"),
    )
    config.registry.content_policy = ContentPolicy()
    config.add_directive("add_content_source", add_content_source)
    headers = SecurityHeaders(config.registry.content_policy, production=settings.production)
    config.add_subscriber(headers, "pyramid.events.NewResponse")
    config.scan()

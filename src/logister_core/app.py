"""The application's table of contents."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from logister_core import plugins
from logister_core.installation.saved_values import read_at_start
from logister_core.request_class import make_request_class
from logister_core.settings import Settings, with_secret_key
from logister_core.types import Configurator, Registry

if TYPE_CHECKING:
    from pyramid.router import Router

    from logister_core.startup import WebApplication

PLATFORM = (
    "logister_core.db",
    "logister_core.tasks",
    "logister_core.outbox",
    "logister_core.security",
    "logister_core.access_log",
    "logister_core.health",
    "logister_core.installation.live",
    "logister_core.rate_limits",
    "logister_core.web",
    "logister_core.audit",
)

FEATURES = (
    # First, because routes are tried in order and these are asked for most.
    "logister_core.ingest",
    "logister_core.client_submissions",
    "logister_core.public_pages",
    "logister_core.installation",
    "logister_core.accounts",
    "logister_core.second_factors",
    "logister_core.oidc",
    "logister_core.mail",
    "logister_core.projects",
    "logister_core.purges",
    "logister_core.api_keys",
    "logister_core.mobile_tokens",
    "logister_core.cli_access",
    "logister_core.error_groups",
    "logister_core.events",
    "logister_core.monitors",
    "logister_core.deployments",
    "logister_core.source_repositories",
    "logister_core.receipts",
    "logister_core.releases",
    "logister_core.updates",
    "logister_core.administration",
    "logister_core.invitations",
    "logister_core.api",
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def configure(
    settings: Settings, active: list[plugins.ActivePlugin], clock: Callable[[], datetime] = utc_now
) -> Configurator:
    """Everything declared and checked; nothing started, no connection made. Whoever needs the time asks `clock`."""
    config = Configurator(registry=Registry("logister"))
    config.setup_registry(
        settings={
            "tm.manager_hook": "pyramid_tm.explicit_manager",
            "tm.activate_hook": "logister_core.ingest.wants_transaction",
            "retry.activate_hook": "logister_core.ingest.attempts",
            # Somebody who edits a template wants to see it; everybody else wants it compiled once.
            "pyramid.reload_templates": settings.runtime.env == "development",
        }
    )
    config.registry.logister_settings = settings
    config.registry.clock = clock
    config.add_request_method(lambda request: request.registry.logister_settings, "settings", reify=True)
    config.add_request_method(lambda request: request.registry.clock(), "now", reify=True)
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.include("pyramid_services")
    config.include("pyramid_chameleon")
    for part in (*PLATFORM, *FEATURES):
        config.include(part)
    plugins.include(config, active)
    config.commit()
    make_request_class(config)
    return config


def make_application(ini: Mapping[str, str], environ: Mapping[str, str]) -> Router:
    """The WSGI application of these settings, without background threads."""
    settings, active = plugins.load(ini, environ, saved=read_at_start)
    return configure(with_secret_key(settings), active).make_wsgi_app()


def serve_application(global_config: Mapping[str, Any], ini: Mapping[str, str]) -> WebApplication:
    """What web processes run: the embedded database brought up to date, background threads ready to start."""
    from logister_core.startup import WebApplication

    return WebApplication(make_application(ini, os.environ))

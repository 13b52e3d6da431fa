"""What the application attaches to Pyramid's objects, told to the type checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyramid.config
import pyramid.registry
import pyramid.request

if TYPE_CHECKING:
    import dramatiq
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session
    from transaction import TransactionManager

    from logister_core.accounts.form_guards import FormGuard
    from logister_core.accounts.models import User, UserSession
    from logister_core.administration.installation.onboarding import Onboarding
    from logister_core.administration.installation.sections import Sections
    from logister_core.client_submissions.services import Rejections
    from logister_core.health.checks import HealthCheck
    from logister_core.ingest.intake import Intake
    from logister_core.ingest.reception import Reception
    from logister_core.installation.live_settings import LiveSettings
    from logister_core.outbox.destinations import Destination
    from logister_core.plugins import ActivePlugin
    from logister_core.public_pages.texts import Text
    from logister_core.rate_limits import RateLimiter
    from logister_core.security.content_policy import ContentPolicy, PageKind
    from logister_core.security.flash import Message
    from logister_core.settings import Settings
    from logister_core.tasks.hints import Hints
    from logister_core.tasks.recurring import RecurringJob
    from logister_core.updates.queries import BellEntry
    from logister_core.web.page_parts import PageParts


class Registry(pyramid.registry.Registry):
    logister_settings: Settings
    live_settings: LiveSettings
    engine: Engine
    routes_writing_on_get: set[str]
    broker: dramatiq.Broker
    actors: dict[str, dramatiq.Actor[Any, Any]]
    recurring_jobs: dict[str, RecurringJob]
    destinations: dict[str, Destination]
    health_checks: dict[str, HealthCheck]
    audit_actions: dict[str, str]
    hints: Hints
    intake: Intake
    rejections: Rejections
    rate_limiter: RateLimiter
    content_policy: ContentPolicy
    page_parts: PageParts
    form_guards: list[FormGuard]
    openapi: dict[str, Any]
    openapi_digest: str
    # SHA-256 of the document as it is served.
    plugins: list[ActivePlugin]
    installation_sections: Sections
    onboarding: Onboarding
    administration_tabs: list[tuple[str, str]]
    # Label and route name.
    clock: Callable[[], datetime]
    # Aware UTC.


class Request(pyramid.request.Request):
    registry: Registry
    db: Session
    tm: TransactionManager
    settings: Settings
    user: User | None
    user_session: UserSession | None
    now: datetime
    public_texts: list[Text]
    client_ip: str
    request_id: str
    reception: Reception | None
    flashes: list[Message]
    bell_entries: list[BellEntry]
    passkey_problem: str | None
    page_kinds: set[PageKind]
    find_service: Callable[..., Any]
    flash: Callable[..., None]


class Configurator(pyramid.config.Configurator):
    registry: Registry
    add_actor: Callable[..., None]
    add_recurring_job: Callable[..., None]
    add_delivery_destination: Callable[..., None]
    add_projection: Callable[..., None]
    add_health_check: Callable[..., None]
    add_settings_listener: Callable[[Callable[[Registry], None]], None]
    add_audit_actions: Callable[[Mapping[str, str]], None]
    add_write_endpoint: Callable[[str, str], None]
    writes_on_get: Callable[[str], None]
    add_form_guard: Callable[[FormGuard], None]
    add_content_source: Callable[..., None]
    add_page_part: Callable[..., None]

"""What the setup page of a project shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logister_core.api_keys.queries import keys_of
from logister_core.deployments.queries import newest_deployment
from logister_core.mobile_tokens.queries import live_tokens_of
from logister_core.projects.first_event import EVENTS, guide, sample_body
from logister_core.projects.kinds import kind_label
from logister_core.projects.overrides import OVERRIDES
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.settings.page import settings_values
from logister_core.source_repositories.queries import SourceRepositoryQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logister_core.mobile_tokens.models import MobileIngestToken
    from logister_core.projects.models import Project
    from logister_core.settings.sections import IntakeSettings
    from logister_core.types import Request


# The newest of them; an app may have one for each session.
MOBILE_TOKENS_SHOWN = 20


def setup_page(
    request: Request,
    *,
    token: str | None = None,
    key_name: str = "",
    key_problems: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Values of templates/setup.pt. `token` is a new key's, shown this one time; `key_problems` are those of the form
    for a new key, by field.
    """
    project, query = request.context.project, request.find_service(ProjectQuery)
    keys = keys_of(request.db, project)
    active = [key for key in keys if key.revoked_at is None]
    public_url = request.settings.product.public_url
    return {
        **settings_values(request, None),
        "heading": "Setup",
        "kind": kind_label(project.integration_kind),
        "keys": keys,
        "has_key": bool(active),
        "key_sentence": _key_sentence([key.name for key in active], named=request.context.manages),
        "token": token,
        "key_name": key_name,
        "key_errors": {field: [sentence] for field, sentence in (key_problems or {}).items()},
        "mobile_tokens": _mobile_tokens(request),
        "mobile_tokens_shown": MOBILE_TOKENS_SHOWN,
        "last_receipt": query.last_receipt(project),
        "first_event": query.first_event_uuid(project),
        "repositories": [
            repository.full_name for repository in SourceRepositoryQuery(request.db).of(project) if repository.enabled
        ],
        "deployment": newest_deployment(request.db, project),
        "endpoint": [
            ("Method", "POST"),
            ("Address", f"{public_url}{EVENTS}"),
            ("Header", "Authorization: Bearer <token>"),
            ("Limit", _limit(project, request.settings.intake)),
        ],
        "sample": sample_body(request.now),
        "guide": guide(project.integration_kind, public_url),
        "docs_url": request.settings.product.docs_url,
    }


def _mobile_tokens(request: Request) -> Sequence[MobileIngestToken] | None:
    """Those that live, the newest first; None where there is nothing to say about them."""
    project = request.context.project
    if not project.mobile or not request.context.manages:
        return None
    return live_tokens_of(request.db, project, now=request.now, limit=MOBILE_TOKENS_SHOWN)


def _limit(project: Project, settings: IntakeSettings) -> str:
    """The limit that holds for this project, its own or the installation's."""
    requests, period = (
        override.inherited(settings) if getattr(project, override.column) is None else getattr(project, override.column)
        for override in OVERRIDES[:2]
    )
    every = "a minute" if period == 60 else f"in {period:,} seconds"
    return f"{requests:,} events {every}, for each key and endpoint"


def _key_sentence(active: list[str], *, named: bool) -> str:
    if not active:
        return "There is no active key yet."
    if named:
        return f"The key “{active[0]}” is active." if len(active) == 1 else f"{len(active)} keys are active."
    return "There is an active key."

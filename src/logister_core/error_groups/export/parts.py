"""The objects that the export is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.bounded_json import bound_json
from logister_core.deployments.models import ProjectDeployment
from logister_core.deployments.values import GITHUB_WEB
from logister_core.error_groups.frames import Frame
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.error_groups.models import ErrorGroup
from logister_core.events.safety import safe_context
from logister_core.ingest.models import IngestEvent
from logister_core.projects.kinds import kind_label
from logister_core.projects.models import Project
from logister_core.redaction import REDACTED, redact
from logister_core.source_repositories.models import SourceRepository

CONTEXT_BYTES = 65_536
_CONTEXT_STRING = 8_192
_CONTEXT_ITEMS = 50
_SHORT_COMMIT = 7
# Shorter ids are parts of other texts by chance.
_TELLING_ID = 12


class Occurrence(NamedTuple):
    event: IngestEvent
    uuid: Any
    occurred_at: datetime
    context: dict[str, Any]
    api_key: ApiKey | None


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def project_object(project: Project) -> dict[str, Any]:
    return {
        "uuid": str(project.uuid),
        "name": project.name,
        "slug": project.slug,
        "integration_kind": project.integration_kind,
        "integration_label": kind_label(project.integration_kind),
        "archived_at": iso(project.archived_at),
        "created_at": iso(project.created_at),
        "updated_at": iso(project.updated_at),
    }


def group_object(group: ErrorGroup) -> dict[str, Any]:
    times = ("first_seen_at", "last_seen_at", "resolved_at", "ignored_at", "archived_at")
    return {
        "uuid": str(group.uuid),
        "fingerprint": group.fingerprint,
        "title": redact(group.title),
        "subtitle": group.subtitle,
        "stage": group.stage,
        "severity": group.severity,
        "status": group.status,
        "occurrence_count": group.occurrence_count,
        **{name: iso(getattr(group, name)) for name in times},
        "reopen_count": group.reopen_count,
        "last_reopened_at": iso(group.last_reopened_at),
        "regression_count": group.regression_count,
        "releases": {
            "introduced": group.introduced_in_release,
            "last_seen": group.last_seen_release,
            "resolved": group.resolved_in_release,
            "regressed": group.regressed_in_release,
        },
        "created_at": iso(group.created_at),
        "updated_at": iso(group.updated_at),
    }


def assignment_object(group: ErrorGroup, people: Mapping[int, User]) -> dict[str, Any]:
    def person(user_id: int | None) -> dict[str, str] | None:
        user = None if user_id is None else people.get(user_id)
        return None if user is None else {"uuid": str(user.uuid), "email": user.email, "name": user.name}

    return {
        "assignee": person(group.assigned_user_id),
        "assigned_by": person(group.assigned_by_user_id),
        "assigned_at": iso(group.assigned_at),
    }


def event_object(occurrence: Occurrence) -> dict[str, Any]:
    """Without the event's ids of trace, request, session and person, wherever its client put them."""
    event, key = occurrence.event, occurrence.api_key
    context = {name: value for name, value in occurrence.context.items() if name != "telemetry_evidence"}
    bounded = bound_json(safe_context(context), CONTEXT_BYTES, max_string=_CONTEXT_STRING, max_items=_CONTEXT_ITEMS)
    ids = {"trace": event.trace_id, "request": event.request_id, "session": event.session_id, "user": event.end_user_id}
    found = {
        "uuid": str(event.uuid),
        "event_type": event.event_type,
        "level": event.level,
        "message": redact(event.message),
        "fingerprint": event.fingerprint,
        "occurred_at": iso(event.occurred_at),
        "created_at": iso(event.received_at),
        "updated_at": iso(event.received_at),
        "environment": event.environment,
        "release": event.release,
        "transaction_name": event.transaction_name,
        "evidence": redact(occurrence.context.get("telemetry_evidence") or {}),
        "correlation": {name: "collected_masked" if id else "not_collected" for name, id in ids.items()},
        "api_key": None if key is None else _key_object(key),
        "context": bounded.value,
    }
    if bounded.truncated:
        found["context_truncated"] = True
    return found


def _key_object(key: ApiKey) -> dict[str, Any]:
    return {
        "uuid": str(key.uuid),
        "name": key.name,
        "active": key.revoked_at is None,
        "last_used_at": iso(key.last_used_at),
        "created_at": iso(key.created_at),
        "updated_at": iso(key.updated_at),
    }


def without_ids(value: Any, ids: frozenset[str]) -> Any:
    """A copy of a JSON value without these ids, as whole texts and, where they are telling, as parts of texts."""
    if isinstance(value, dict):
        return {name: without_ids(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [without_ids(item, ids) for item in value]
    if not isinstance(value, str):
        return value
    if value in ids:
        return REDACTED
    for id in ids:
        if len(id) >= _TELLING_ID and id in value:
            value = value.replace(id, REDACTED)
    return value


def frame_object(frame: Frame) -> dict[str, Any]:
    names = (
        "raw",
        "file",
        "line_number",
        "column_number",
        "method_name",
        "code_context",
        "locals",
        "application_frame",
    )
    return {name: getattr(frame, name) for name in names}


def deployment_object(deployment: ProjectDeployment) -> dict[str, Any]:
    details = deployment.details
    return {
        "uuid": str(deployment.uuid),
        "provider": deployment.provider,
        "repository_full_name": deployment.repository_full_name,
        "environment": deployment.environment,
        "release": deployment.release,
        "commit_sha": deployment.commit_sha,
        "short_commit_sha": deployment.commit_sha[:_SHORT_COMMIT],
        "branch": deployment.branch,
        "deployed_at": iso(deployment.deployed_at),
        "source": deployment.source,
        "github_commit_url": f"{GITHUB_WEB}/{deployment.repository_full_name}/commit/{deployment.commit_sha}",
        "pull_request_number": details.get("pull_request_number"),
        "pull_request_url": details.get("pull_request_url"),
        "release_url": details.get("release_url"),
        "metadata": redact(details),
        "created_at": iso(deployment.created_at),
        "updated_at": iso(deployment.updated_at),
    }


def repository_object(repository: SourceRepository) -> dict[str, Any]:
    owner, _, name = repository.full_name.rpartition("/")
    return {
        "uuid": str(repository.uuid),
        "provider": repository.provider,
        "full_name": repository.full_name,
        "owner_name": owner,
        "repo_name": name,
        "enabled": repository.enabled,
        # Nothing is fetched from it, so nothing else is needed to make its links.
        "configured": repository.enabled,
        "default_branch": repository.default_branch,
        "runtime_root": repository.runtime_root,
        "source_root": repository.source_root,
        "external_id": None,
        "last_synced_at": None,
        "metadata": {},
        "github_installation": None,
        "github_repository": None,
    }


def link_object(link: ErrorGroupLink) -> dict[str, Any]:
    return {
        "uuid": str(link.uuid),
        "provider": link.provider,
        "link_type": link.link_type,
        "url": link.url,
        "title": link.title,
        "repository_full_name": link.repository_full_name,
        "external_id": link.external_id,
        "created_at": iso(link.created_at),
    }

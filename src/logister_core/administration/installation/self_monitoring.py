"""The project to which the installation reports on itself (specification, accounts chapter §11.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.administration.installation.services import InstallationService
from logister_core.administration.installation.values import SectionSetting, settings_of
from logister_core.api_keys.models import ApiKey
from logister_core.api_keys.services import ApiKeyService
from logister_core.errors import Refused
from logister_core.ingest.endpoints import EVENTS_PATH
from logister_core.installation.models import Installation
from logister_core.projects.models import IntegrationKind, Project
from logister_core.security.inputs import canonical_uuid
from logister_core.security.tokens import digest
from logister_core.settings import Settings

if TYPE_CHECKING:
    from logister_core.types import Request

KEY_NAME: Final = "Logister installation self-monitoring"
# What this server itself is written in.
KIND: Final = IntegrationKind.PYTHON
PAGE: Final = "observability"


@dataclass(frozen=True, slots=True)
class Connection:
    """`problems` say why it is not connected although a project was chosen; empty while none is."""

    project: Project | None
    connected: bool
    problems: Sequence[str]


class SelfMonitoring:
    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        installation: InstallationService,
        keys: ApiKeyService,
        actor: User | None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._installation = installation
        self._keys = keys
        self._actor = actor

    @classmethod
    def from_request(cls, context: object, request: Request) -> SelfMonitoring:
        return cls(
            request.db,
            request.registry.clock,
            request.find_service(InstallationService),
            request.find_service(ApiKeyService),
            request.user,
        )

    def choices(self) -> Sequence[Project]:
        """Active projects of the kind that this server is."""
        return self._session.scalars(
            select(Project)
            .where(Project.archived_at.is_(None), Project.integration_kind == KIND.value)
            .order_by(Project.name, Project.id)
        ).all()

    def connection(self) -> Connection:
        row = self._installation.row
        project = None if row.self_monitoring_project_id is None else self._project(row.self_monitoring_project_id)
        if project is None:
            return Connection(None, False, ())
        problems = self._problems(project, row)
        return Connection(project, not problems, problems)

    def connect(self, project_uuid: str) -> Connection:
        """Let reports go to that project; one that is connected already keeps its key. Raises `Refused`."""
        uuid = canonical_uuid(project_uuid)
        project = next((one for one in self.choices() if one.uuid == uuid), None)
        if project is None:
            raise Refused({"project_uuid": "Choose an active project of kind Python."})
        row = self._session.get_one(Installation, 1, with_for_update=True)
        found = self.connection()
        if found.connected and found.project is project:
            return found
        previous = row.self_monitoring_api_key_id
        sources = {"key_source": self._provide_key(project), "endpoint_source": self._provide_endpoint()}
        self._installation.refresh()
        key = self._effective_key()
        row.self_monitoring_project_id = project.id
        row.self_monitoring_api_key_id = key.id if key is not None and key.project_id == project.id else None
        if previous is not None and previous != row.self_monitoring_api_key_id:
            self._revoke(previous)
        self._installation.saved.record("observability.self_monitoring_project", "connected", **sources)
        self._session.flush()
        return self.connection()

    def _provide_key(self, project: Project) -> str:
        one = self._setting("api_key")
        origin = one.origin(self._current)
        if origin.overrides:
            return origin.name
        _, token = self._keys.create(project, self._actor, name=KEY_NAME)
        self._installation.saved.save(one.variable, token)
        return "database"

    def _provide_endpoint(self) -> str:
        one = self._setting("endpoint")
        origin = one.origin(self._current)
        if origin.overrides:
            return origin.name
        self._installation.saved.save(one.variable, self._own_endpoint)
        return "database"

    def _problems(self, project: Project, row: Installation) -> list[str]:
        found = []
        key = self._effective_key()
        if project.archived_at is not None:
            found.append(f"{project.name} is archived.")
        if key is None or key.revoked_at is not None or key.project_id != project.id:
            found.append(f"The key{self._set_by('api_key')} does not open {project.name}.")
        elif key.id != row.self_monitoring_api_key_id:
            found.append(f"The key{self._set_by('api_key')} is not the one made for it.")
        if _address(self._current.self_observability.endpoint) != _address(self._own_endpoint):
            found.append(f"Reports{self._set_by('endpoint')} go to another server.")
        return found

    def _set_by(self, name: str) -> str:
        origin = self._setting(name).origin(self._current)
        return f" set by {origin.name}" if origin.overrides else ""

    @property
    def _current(self) -> Settings:
        return self._installation.current

    @property
    def _own_endpoint(self) -> str:
        return f"{self._current.product.public_url}{EVENTS_PATH}"

    def _setting(self, name: str) -> SectionSetting:
        section = self._installation.sections.named(PAGE)
        assert section is not None  # noqa: S101 - it is one of the core's
        return next(one for one in settings_of(section, self._current) if one.saved.short == name)

    def _effective_key(self) -> ApiKey | None:
        token = self._current.self_observability.api_key
        if token is None:
            return None
        return self._session.scalar(select(ApiKey).where(ApiKey.token_digest == digest(token)))

    def _project(self, project_id: int) -> Project | None:
        return self._session.get(Project, project_id)

    def _revoke(self, key_id: int) -> None:
        key = self._session.get(ApiKey, key_id)
        # Only what was made for this; somebody's own key is theirs.
        if key is not None and key.name == KEY_NAME:
            self._keys.revoke(key)


def _address(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")

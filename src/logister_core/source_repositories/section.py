"""The repositories' part of the settings, as its template receives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from logister_core.projects.models import Project
from logister_core.source_repositories.links import line_address, web_page
from logister_core.source_repositories.models import Provider, SourceRepository
from logister_core.source_repositories.refs import LAST_RESORT
from logister_core.source_repositories.services import as_entered
from logister_core.source_repositories.values import entered as as_text

PROVIDERS = [
    (Provider.GITHUB.value, "GitHub"),
    (Provider.GITLAB.value, "GitLab"),
    (Provider.TEMPLATE.value, "Another host, by a template"),
]
_WORDS = dict(PROVIDERS)


@dataclass(frozen=True, slots=True)
class RepositoryForm:
    """One form: `values` by field as text, `errors` by field as lists, `opened` when something was wrong with it."""

    uuid: UUID | None
    # None: the form that connects another one.
    values: Mapping[str, str]
    errors: Mapping[str, list[str]]
    opened: bool


@dataclass(frozen=True, slots=True)
class ConnectedRepository:
    """`example` shows how a frame is linked: a path as frames have it, and the address made of it."""

    uuid: UUID
    name: str
    href: str | None
    host: str
    enabled: bool
    example: tuple[str, str]
    form: RepositoryForm


@dataclass(frozen=True, slots=True)
class RepositorySection:
    """`paused`: the project is archived, so nothing can be changed."""

    connected: Sequence[ConnectedRepository]
    new: RepositoryForm
    providers: list[tuple[str, str]]
    paused: bool


def repository_section(
    repositories: Sequence[SourceRepository],
    project: Project,
    *,
    of: UUID | None = None,
    entered: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> RepositorySection:
    """With `problems`, `entered` is shown again in the form of the repository `of`, or in the one for another."""

    def form(uuid: UUID | None, stored: Mapping[str, str]) -> RepositoryForm:
        refused = problems is not None and uuid == of
        values = {**stored, **as_text({**stored, **(entered or {})})} if refused else stored
        errors = {field: [sentence] for field, sentence in (problems or {}).items()} if refused else {}
        return RepositoryForm(uuid, values, errors, opened=refused)

    connected = [_connected(repository, form(repository.uuid, as_entered(repository))) for repository in repositories]
    blank: dict[str, Any] = as_text({"provider": Provider.GITHUB.value, "enabled": "1"})
    return RepositorySection(connected, form(None, blank), PROVIDERS, paused=project.archived_at is not None)


def _connected(repository: SourceRepository, form: RepositoryForm) -> ConnectedRepository:
    root = repository.runtime_root.rstrip("/")
    inside = f"{repository.source_root}/shop/orders.py" if repository.source_root else "shop/orders.py"
    return ConnectedRepository(
        uuid=repository.uuid,
        name=repository.full_name,
        href=web_page(repository),
        host=_WORDS[repository.provider],
        enabled=repository.enabled,
        example=(
            f"{root}/shop/orders.py" if root else "shop/orders.py",
            line_address(repository, repository.default_branch or LAST_RESORT, inside, 47),
        ),
        form=form,
    )

"""Addresses in a repository: of a line, of a commit, of what changed between two commits."""

from __future__ import annotations

import re
from urllib.parse import quote

from logister_core.source_repositories.models import Provider, SourceRepository

_PLACES = re.compile(r"\{(path|ref|line|repository)\}")


def line_address(repository: SourceRepository, ref: str, path: str, line: int) -> str:
    """Where line `line` of the file is shown at `ref` (commit, branch or tag)."""
    name, ref, path = quote(repository.full_name), quote(ref), quote(path)
    if repository.provider == Provider.TEMPLATE:
        filled = {"path": path, "ref": ref, "line": str(line), "repository": name}
        return _PLACES.sub(lambda place: filled[place[1]], repository.link_template)
    dash = "/-" if repository.provider == Provider.GITLAB else ""
    return f"{repository.web_url}/{name}{dash}/blob/{ref}/{path}#L{line}"


def commit_address(repository: SourceRepository, commit: str) -> str | None:
    """None for templates, which only know how files are addressed."""
    base = _base(repository)
    return None if base is None else f"{base}/commit/{quote(commit)}"


def compare_address(repository: SourceRepository, before: str, after: str) -> str | None:
    """What changed from `before` to `after`; None for templates and when nothing did."""
    base = _base(repository)
    return None if base is None or before == after else f"{base}/compare/{quote(before)}...{quote(after)}"


def pull_request_address(repository: SourceRepository, number: str) -> str | None:
    """Of a pull request, on GitLab a merge request; None for templates."""
    word = "merge_requests" if repository.provider == Provider.GITLAB else "pull"
    base = _base(repository)
    return None if base is None else f"{base}/{word}/{quote(number, safe='')}"


def release_address(repository: SourceRepository, tag: str) -> str | None:
    """The page of the release with that tag; None for templates."""
    word = "releases" if repository.provider == Provider.GITLAB else "releases/tag"
    base = _base(repository)
    return None if base is None else f"{base}/{word}/{quote(tag, safe='')}"


def web_page(repository: SourceRepository) -> str | None:
    """The page of the repository itself."""
    if repository.provider == Provider.TEMPLATE:
        return None
    return f"{repository.web_url}/{quote(repository.full_name)}"


def _base(repository: SourceRepository) -> str | None:
    page = web_page(repository)
    return f"{page}/-" if page is not None and repository.provider == Provider.GITLAB else page

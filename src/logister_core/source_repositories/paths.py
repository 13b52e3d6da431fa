"""From the path of a frame to a path in a repository (grouping chapter §17.2). Texts only: no file is looked at."""

from __future__ import annotations

import re

from logister_core.source_repositories.models import SourceRepository

MAX_PATH = 1_024
# Texts that stand for code without a file.
_NO_FILE = re.compile(r"<.*>|\(.*\)|native|anonymous|eval code|node:.*|\[.*\]", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:/")


def frame_path(file: str) -> str:
    """The path as far as it is one: forward slashes, without bundler, scheme, query and leading `./`."""
    path = file.strip().replace("\\", "/")
    bundler = re.match(r"webpack(?:-internal)?:(/*)", path)
    if bundler is not None:
        path = path[bundler.end() :]
        if bundler[1] == "//":
            # webpack://shop/./src/cart.js: the first part names the bundle.
            path = path.partition("/")[2]
    path = path.removeprefix("file://").partition("?")[0].partition("#")[0]
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def repository_path(repository: SourceRepository, file: str) -> str | None:
    """The path inside the repository of the file a frame names; None when it is not under the runtime root."""
    path = frame_path(file)
    if not path or len(path) > MAX_PATH or _NO_FILE.fullmatch(path):
        return None
    if repository.runtime_root:
        found = _below(path, repository.runtime_root.rstrip("/"))
        if found is None:
            return None
        path = found
    parts = path.split("/")
    if path.startswith("/") or _DRIVE.match(path) or "://" in path or ".." in parts or not path.strip("/"):
        return None
    root = repository.source_root.strip("/")
    return f"{root}/{path}" if root else path


def _below(path: str, root: str) -> str | None:
    """What follows the root; the root may also lie deeper in the path (`/releases/20261120/app/…` for `app`)."""
    if path.startswith(root + "/"):
        return path[len(root) :].lstrip("/") or None
    inside = f"/{root.strip('/')}/" if root.strip("/") else "/"
    at = path.find(inside)
    return path[at + len(inside) :].lstrip("/") or None if at >= 0 else None

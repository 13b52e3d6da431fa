"""Small readers of client values: what counts as blank, as text, as a number, and where it is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TEXT_LIMIT = 255
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?", re.ASCII)

Path = tuple[str, ...]


def is_blank(value: object) -> bool:
    """None, empty or only white space. Numbers and booleans are never blank: `handled: false` is news."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return isinstance(value, (dict, list)) and not value


def is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float))


def scalar_text(value: object) -> str | None:
    """A scalar as it would read in JSON, not stripped; None for null, objects and arrays."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return None


def text(value: object, limit: int = TEXT_LIMIT) -> str | None:
    """A scalar as stripped text of at most `limit` characters; None when blank or no scalar."""
    if not isinstance(value, str):
        value = scalar_text(value)
        if value is None:
            return None
    if len(value) <= limit:
        return value.strip() or None
    # Stripped again after the cut, which can end in white space.
    return value.strip()[:limit].rstrip() or None


def number(value: object) -> float | None:
    """A JSON number, or text that is a plain decimal number; booleans and anything else are None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        stripped = value.strip()
        if _NUMBER.fullmatch(stripped):
            return float(stripped)
    return None


def positive_integer(value: object) -> int | None:
    """A whole number above zero, sent as number or text; None otherwise."""
    amount = number(value)
    if amount is None or amount < 1 or amount != int(amount):
        return None
    return int(amount)


def child(container: object, key: str) -> dict[str, Any]:
    """The object under `key`, or an empty one."""
    if isinstance(container, dict):
        value = container.get(key)
        if isinstance(value, dict):
            return value
    return {}


def at(container: Mapping[str, Any], path: Path) -> Any:
    """The value at `path`, or None where a step is missing or no object."""
    value: Any = container
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def first_text(container: Mapping[str, Any], paths: tuple[Path, ...], limit: int = TEXT_LIMIT) -> str | None:
    """The first non-blank scalar of `paths`, as text."""
    for path in paths:
        value = container.get(path[0])
        if value is None:
            continue
        found = text(value if len(path) == 1 else at(container, path), limit)
        if found is not None:
            return found
    return None


def dotted(*paths: str) -> tuple[Path, ...]:
    """Paths written as in the specification: `dotted("release", "deployment.release")`."""
    return tuple(tuple(path.split(".")) for path in paths)

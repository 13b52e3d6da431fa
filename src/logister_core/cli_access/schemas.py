"""What a login asks for (specification, read API chapter §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from logister_core.cli_access.errors import InvalidParameter
from logister_core.cli_access.scopes import GRANTED, READ_SCOPES
from logister_core.security.inputs import one_line

DEFAULT_NAME: Final = "Logister CLI"
NAME_LENGTH: Final = 80
INVALID: Final = "Invalid request"


@dataclass(frozen=True, slots=True)
class WantedLogin:
    client_name: str
    scopes: tuple[str, ...]


def wanted_login(fields: Mapping[str, Any]) -> WantedLogin:
    """Raises `InvalidParameter`."""
    return WantedLogin(_name(fields.get("client_name")), _scopes(fields))


def device_code(fields: Mapping[str, Any]) -> str:
    """Empty when there is none, which no program was ever given."""
    value = _single(fields.get("device_code"))
    return value.strip() if isinstance(value, str) else ""


def _name(value: Any) -> str:
    value = _single(value)
    if not isinstance(value, str | None):
        raise InvalidParameter("client_name", "must be text", error=INVALID)
    name = one_line(value)
    if len(name) > NAME_LENGTH:
        raise InvalidParameter("client_name", f"must be at most {NAME_LENGTH} characters", error=INVALID)
    return name or DEFAULT_NAME


def _scopes(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Each once, in the order sent. A list wins over words in one text."""
    listed, words = fields.get("scopes"), _single(fields.get("scope"))
    wanted = _named(listed if isinstance(listed, list) else [] if listed is None else [listed])
    if not wanted:
        wanted = _named(words.split() if isinstance(words, str) else [] if words is None else [words])
    return wanted or READ_SCOPES


def _named(items: list[Any]) -> tuple[str, ...]:
    found = dict.fromkeys(item.strip() if isinstance(item, str) else "?" for item in items)
    found.pop("", None)
    if not found.keys() <= GRANTED:
        raise InvalidParameter("scopes", "name a permission that cannot be asked for", error=INVALID)
    return tuple(found)


def _single(value: Any) -> Any:
    """Of a form, whose values are lists, the last."""
    return value[-1] if isinstance(value, list) and value else value

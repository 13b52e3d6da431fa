"""Variables as dataclass fields: how a setting is named, read, checked, described and hidden.

A section is a frozen dataclass whose fields are made with `setting`. The loader reads it; nothing else knows
about names of variables.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_KEY = "logister.variable"
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A sort of value: what is expected, in words for people, and how text becomes it.

    `read` raises ValueError for text that is not such a value; the text is stripped and never empty.
    """

    expected: str
    read: Callable[[str], Any]
    url: bool = False  # A masked value may then still show its scheme and host.
    form: Literal["text", "number", "switch", "choice"] = "text"
    words: tuple[str, ...] = ()  # Of a choice.


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """Makes a setting one that administrators may also save on the pages of the installation.

    `key` is the page's name, a dot and a name of its own; it stands in the database and in forms. `label` names the
    setting for people. With `restart`, running processes keep the value they started with.
    """

    key: str
    label: str
    restart: bool = False

    @property
    def page(self) -> str:
        return self.key.partition(".")[0]

    @property
    def short(self) -> str:
        return self.key.partition(".")[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Variable:
    """One setting as operators see it. `default` is the text they would write; `None` means it has none.

    `legacy` are those of the aliases whose values are of another kind.
    """

    name: str
    kind: Kind
    default: str | None
    help: str
    aliases: tuple[str, ...] = ()
    secret: bool = False
    saved: Saved | None = None
    legacy: tuple[tuple[str, Kind], ...] = ()

    def kind_under(self, name: str) -> Kind:
        """What is expected of the variable when it is set by that name."""
        return dict(self.legacy).get(name, self.kind)

    @property
    def ini_key(self) -> str:
        return "logister." + self.name.lower().removeprefix("logister_")

    def shown(self, value: str) -> str:
        """`value` as it may appear in messages and logs."""
        if not self.secret:
            return repr(value)
        if self.kind.url:
            return repr(masked_url(value))
        return "'***'"


def setting(
    name: str,
    default: str | None,
    kind: Kind,
    *,
    help: str,
    aliases: Iterable[str] = (),
    secret: bool = False,
    saved: Saved | None = None,
    legacy: Mapping[str, Kind] | None = None,
) -> Any:
    """A dataclass field filled from the variable `name`, an old name in `aliases`, its ini key, what is `saved`, or
    `default`.

    `legacy` are further old names, whose values were written in another way. `default` is written as an operator would
    write it, so that it passes the same reader; without one the field is None when nothing is set. Secret fields stay
    out of the section's repr.
    """
    variable = Variable(
        name, kind, default, help, (*aliases, *(legacy or {})), secret, saved, tuple((legacy or {}).items())
    )
    # Read when it is needed: the working directory, for one, may be another by then.
    return dataclasses.field(
        default_factory=lambda: None if default is None else kind.read(default),
        repr=not secret,
        metadata={_KEY: variable},
    )


def variables_of(section: type) -> Iterator[tuple[str, Variable]]:
    """Field name and variable of every setting in `section`, in the order they are written."""
    for field in dataclasses.fields(section):
        if _KEY in field.metadata:
            yield field.name, field.metadata[_KEY]


def masked_url(value: str) -> str:
    """`value` without user, password and query; only the scheme is kept where those cannot be told apart.

    >>> masked_url("postgres://app:pa/ss@db.internal:5432/logister")
    'postgres://***@db.internal:5432/logister'
    """
    scheme, separator, rest = value.partition("://")
    if not separator:
        return "***"
    credentials, at, address = rest.rpartition("@")
    if at:
        return f"{scheme}://***@{address.partition('?')[0]}"
    if re.fullmatch(r"[\w.\-\[\]:]*(/[\w.\-/]*)?", credentials or address) and not re.search(r":\D", rest):
        return value
    return f"{scheme}://***"


def integer(minimum: int, maximum: int | None = None, *, unit: str = "") -> Kind:
    bounds = f"{minimum} to {maximum}" if maximum is not None else f"{minimum} or more"

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ValueError(text)
        number = int(text)
        if number < minimum or (maximum is not None and number > maximum):
            raise ValueError(text)
        return number

    expected = f"a whole number of {unit}, {bounds}" if unit else f"a whole number, {bounds}"
    return Kind(expected, read, form="number")


def boolean() -> Kind:
    def read(text: str) -> bool:
        word = text.lower()
        if word not in _TRUE | _FALSE:
            raise ValueError(text)
        return word in _TRUE

    return Kind("1, true, yes, on or 0, false, no, off", read, form="switch")


def choice(*words: str) -> Kind:
    """One of `words`, in any case; the value is the lower-case word."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return Kind("one of " + ", ".join(words), read, form="choice", words=words)


def text(expected: str = "text", *, pattern: str = r".+", minimum_length: int = 1) -> Kind:
    compiled = re.compile(pattern)

    def read(value: str) -> str:
        if len(value) < minimum_length or not compiled.fullmatch(value):
            raise ValueError(value)
        return value

    return Kind(expected, read)


def path() -> Kind:
    """An absolute path; a relative one starts at the process's working directory, `~` at the user's home."""
    return Kind("a folder", lambda value: Path(value).expanduser().absolute())


def url(*schemes: str) -> Kind:
    """A URL with host; the value has no trailing slash."""

    def read(value: str) -> str:
        check_url(value, schemes)
        return value.rstrip("/")

    return Kind(f"a URL with host that starts with {' or '.join(s + '://' for s in schemes)}", read, url=True)


def check_url(value: str, schemes: Iterable[str]) -> None:
    """Raise ValueError unless `value` is a URL of one of `schemes` with a host and no impossible port."""
    parts = urlsplit(value)
    if parts.scheme.lower() not in schemes or not parts.hostname or re.search(r"\s", value):
        raise ValueError(value)
    # Reading the port is what checks it.
    if parts.port == 0:
        raise ValueError(value)


def _items(value: str) -> list[str]:
    return list(dict.fromkeys(re.split(r"[\s,]+", value.strip(", \t\r\n"))))


def networks() -> Kind:
    """Addresses and networks, as a tuple; an address alone is a network of one."""

    def read(value: str) -> tuple[IPNetwork, ...]:
        return tuple(ipaddress.ip_network(item) for item in _items(value))

    return Kind("a comma-separated list of networks such as 10.0.0.0/8", read)


def email() -> Kind:
    """One address, without a name."""

    def read(value: str) -> str:
        if not _EMAIL.fullmatch(value):
            raise ValueError(value)
        return value

    return Kind("an e-mail address", read)


def emails() -> Kind:
    """Addresses in lower case, as a tuple; blank items are dropped."""

    def read(value: str) -> tuple[str, ...]:
        items = tuple(item.lower() for item in _items(value) if item)
        if not all(_EMAIL.fullmatch(item) for item in items):
            raise ValueError(value)
        return items

    return Kind("a comma-separated list of e-mail addresses", read)


def names() -> Kind:
    """Names as a tuple in the order given, each once; commas and line ends separate."""

    def read(value: str) -> tuple[str, ...]:
        items = tuple(item for item in _items(value) if item)
        if not all(_NAME.fullmatch(item) for item in items):
            raise ValueError(value)
        return items

    return Kind("a comma-separated list of names", read)


def listed(what: str) -> Kind:
    """Items as a tuple, each once. Only commas separate: names of other programs may hold anything else."""

    def read(value: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.strip() for item in value.split(",") if item.strip()))

    return Kind(f"a comma-separated list of {what}", read)


class GroupRole(NamedTuple):
    """Who is in `group` at the OpenID provider is `role` (viewer or admin) in `project`, a uuid or slug."""

    group: str
    project: str
    role: str


def group_roles() -> Kind:
    def read(value: str) -> tuple[GroupRole, ...]:
        return tuple(_group_role(item) for item in listed("").read(value))

    return Kind("a comma-separated list such as developers=shop:viewer, with the role viewer or admin", read)


def _group_role(text: str) -> GroupRole:
    group, equals, rest = text.rpartition("=")
    project, colon, role = rest.rpartition(":")
    if not (equals and colon and group.strip() and project.strip() and role in ("viewer", "admin")):
        raise ValueError(text)
    return GroupRole(group.strip(), project.strip().lower(), role)

"""One spelling for keys: snake_case beside whatever the client wrote (§5.2), device identifiers removed (§5.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_CACHE_LIMIT = 4096
_CACHED_KEY_LENGTH = 64
# Longer keys stay as they are: nobody names a field so, and taking them apart would need seconds for a megabyte.
_LONGEST_KEY = 255

# Before a capital after a small letter or digit, and before the last letter of a word in capitals.
_WORD_BREAK = re.compile(r"(?=[A-Z])(?:(?<=[a-z0-9])|(?<=[A-Z])(?=[A-Z][a-z]))")
# Stands between keys that are treated together.
_BETWEEN = "\n"
_NOT_ALPHANUMERIC = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz0123456789\n"))

SENSITIVE_DEVICE_KEYS: Final = frozenset(
    {
        "advertisingid", "advertisingidentifier", "androidid", "deviceserial", "hardwareid",
        "hardwareserial", "imei", "meid", "serial", "serialnumber", "subscriberid", "idfa", "idfv",
        "identifierforvendor",
    }
)  # fmt: skip

# Alias nesting: an object under `fooBar` is stored twice, its own `bazQux` four times. Without a bound a
# 16-level document of 500 bytes would grow 65,536-fold; two levels keep everything that SDKs send.
_MAX_ALIAS_NESTING = 2

# What was learnt about keys so far; emptied when full, so that invented keys cannot fill the memory.
_forms: dict[str, str] = {}
_aliases: dict[str, str | None] = {}
_plain_keys: set[str] = set()


def normalize_key(key: str) -> str:
    """`eventType`, `EVENT_TYPE`, `event-type` -> `event_type`; `HTTPStatusCode` -> `http_status_code`."""
    form = _forms.get(key)
    if form is None:
        form = _underscore(key)
        if len(key) <= _CACHED_KEY_LENGTH:
            if len(_forms) >= _CACHE_LIMIT:
                _forms.clear()
            _forms[key] = form
    return form


def normalized_fields(source: Mapping[str, Any]) -> dict[str, Any]:
    """A flat copy whose keys are replaced by their normalized form; the later of two equal forms wins."""
    return {normalize_key(key): value for key, value in source.items()}


def normalized_tree(value: Any) -> Any:
    """A deep copy in which only the normalized keys survive (deployments)."""
    if isinstance(value, dict):
        return {normalize_key(key): normalized_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalized_tree(item) for item in value]
    return value


def add_aliases(container: dict[str, Any] | list[Any], *, drop_sensitive: bool) -> None:
    """Give every object below (and including) `container` its snake_case aliases, in place.

    An explicit snake_case key always beats a derived alias. The alias shares the value with the original key,
    so later steps must replace nested objects, never change them. With `drop_sensitive` the keys of
    `SENSITIVE_DEVICE_KEYS` disappear on the way.
    """
    _visit([container], drop_sensitive, 0)


def _visit(level: list[Any], drop: bool, aliased: int) -> None:
    """Level by level; objects below an alias are visited on their own, with `aliased` counted up."""
    while level:
        values: list[Any] = []
        for container in level:
            if type(container) is list:
                values += container
            # One call in C tells that every key is known to need nothing, which is the usual case.
            elif _plain_keys.issuperset(container):
                values += container.values()
            else:
                values += _alias_object(container, drop, aliased)
        level = [value for value in values if type(value) is dict or type(value) is list]


def _alias_object(container: dict[str, Any], drop: bool, aliased: int) -> list[Any]:
    """Treat the keys of one object; returns the members that are still to be visited."""
    forms = _forms_to_add(container)
    members = []
    for key, value in list(container.items()):
        if key in forms:
            form = forms[key]
            if form is None:
                if drop:
                    del container[key]
                    continue
                form = normalize_key(key)
            nested = isinstance(value, (dict, list))
            if form not in container and not (nested and aliased >= _MAX_ALIAS_NESTING):
                container[form] = value
                if nested:
                    _visit([value], drop, aliased + 1)
                    continue
        members.append(value)
    return members


def _forms_to_add(keys: Iterable[str]) -> dict[str, str | None]:
    """The keys that do not stay alone, with their normalized forms; None for those that name a device identifier."""
    forms: dict[str, str | None] = {}
    unknown = []
    for key in keys:
        if key not in _plain_keys:
            # Another thread may empty the memory at any time; no key but the plain "" has an empty form.
            form = _aliases.get(key, "")
            if form == "":
                unknown.append(key)
            else:
                forms[key] = form
    if unknown:
        forms |= _learn(unknown)
    return forms


def _learn(keys: list[str]) -> dict[str, str | None]:
    """What `_forms_to_add` tells, of keys that were not met before; remembered from now on."""
    forms: dict[str, str | None] = {}
    plain = []
    for key, form, letters in _taken_apart(keys):
        if letters in SENSITIVE_DEVICE_KEYS:
            forms[key] = None
        elif form != key:
            forms[key] = form
        else:
            plain.append(key)
    short = {key: form for key, form in forms.items() if len(key) <= _CACHED_KEY_LENGTH}
    if len(_aliases) + len(short) > _CACHE_LIMIT:
        _aliases.clear()
    if len(short) <= _CACHE_LIMIT:
        _aliases.update(short)
    if len(_plain_keys) + len(plain) > _CACHE_LIMIT:
        _plain_keys.clear()
    if len(plain) <= _CACHE_LIMIT:
        _plain_keys.update(key for key in plain if len(key) <= _CACHED_KEY_LENGTH)
    return forms


def _taken_apart(keys: list[str]) -> Iterable[tuple[str, str, str]]:
    """Each key with its normalized form, and the letters and digits it consists of.

    All at once, as one text: a document of nothing but new keys would take twice as long otherwise.
    """
    text = _BETWEEN.join(keys)
    if text.count(_BETWEEN) >= len(keys) or max(map(len, keys)) > _LONGEST_KEY:
        return [(key, form := _underscore(key), _letters(form).replace(_BETWEEN, "")) for key in keys]
    written = _separate_words(text)
    return zip(keys, written.split(_BETWEEN), _letters(written).split(_BETWEEN), strict=True)


def _underscore(key: str) -> str:
    return key if len(key) > _LONGEST_KEY else _separate_words(key)


def _separate_words(text: str) -> str:
    return _WORD_BREAK.sub("_", text.replace("::", "/")).replace("-", "_").lower()


def _letters(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").translate(None, _NOT_ALPHANUMERIC).decode()

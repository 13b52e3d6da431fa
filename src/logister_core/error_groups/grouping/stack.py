"""The `stack` strategy: exception types and the application frames, without line numbers and messages.

What enters the key, and why:

- The type of the exception and of its explicit causes (`raise … from`, `inner_exception`), at most 5. An exception
  that merely happened to be handled at the time (Python's `__context__`) says little and is left out.
- Of each of these exceptions the *set* of application frames, the 24 distinct ones nearest to the failure. A
  set, because then the depth of a recursion, the frame at which it overflows and the frames that intake trimmed
  change nothing; the order of calls adds next to nothing once the functions are known.
- An event whose whole chain has no application frame is grouped by all its frames: the failure lies in a library,
  and where it entered is the best that is known.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from logister_core.error_groups.grouping import normalise
from logister_core.error_groups.payload import (
    CAUSE_KEYS,
    exception_of,
    is_outermost_first,
    stack_lists,
    text_of,
)
from logister_core.error_groups.stack_lines import MAX_LINE, parse_stack_line

_MAX_CAUSES = 5
_MAX_FRAMES = 24
_MAX_CULPRIT = 255

_MAX_TEXT = 512

# Keys that were worked out, by the digest of what they were made of; emptied when full. An entry takes 250 bytes.
_remembered: dict[bytes, str | None] = {}
_MAX_REMEMBERED = 8192
# The format of marshal in which equal values are equal bytes.
_MARSHAL_PLAINLY = 0


class Place(NamedTuple):
    """A frame as grouping sees it: `owner` is the class or module when the client names one, else empty."""

    in_app: bool
    path: normalise.Path | None
    owner: str
    function: str


class Outline(NamedTuple):
    """What the key is made of: the types, outermost first, and per exception the sorted "place in function"."""

    types: tuple[str, ...]
    frames: tuple[tuple[str, ...], ...]
    in_app: bool


# (file, owner, function, the client's own word on whether it is application code), as sent but bounded
_Raw: TypeAlias = tuple[str, str, str, bool | None]
_Stacks: TypeAlias = tuple[tuple[_Raw, ...], ...]


def stack_key(context: Mapping[str, Any]) -> str | None:
    """`stack:v1:<hex>`, or None when no frame tells where the error came from."""
    chain, stacks = _read(context)
    types = _types(chain)
    # Most events repeat an error that was seen lately, down to the last frame. The digest stands for what may be long.
    digest = blake2b(marshal.dumps((types, stacks), _MARSHAL_PLAINLY), digest_size=16).digest()
    try:
        return _remembered[digest]
    except KeyError:
        pass
    if len(_remembered) >= _MAX_REMEMBERED:
        _remembered.clear()
    key = _remembered[digest] = _key(types, stacks)
    return key


def _key(types: tuple[str, ...], stacks: _Stacks) -> str | None:
    found = _outline(types, stacks)
    if found is None:
        return None
    text = "\x1d".join(("\x1e".join(found.types), *("\x1e".join(level) for level in found.frames)))
    return f"stack:v1:{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def outline(context: Mapping[str, Any]) -> Outline | None:
    """The facts of the key, or None when there is no usable frame."""
    chain, stacks = _read(context)
    return _outline(_types(chain), stacks)


def _read(context: Mapping[str, Any]) -> tuple[list[dict[str, Any]], _Stacks]:
    """The exception with its causes, and the frames of each without repeats, innermost first."""
    chain = _causes(context)
    stacks = [tuple(dict.fromkeys(_innermost_first(level))) for level in chain]
    if not (stacks and stacks[0]):
        # Some clients put the stack beside the exception.
        stacks[:1] = [tuple(dict.fromkeys(_innermost_first(context)))]
    return chain, tuple(stacks)


def _outline(types: tuple[str, ...], stacks: _Stacks) -> Outline | None:
    for in_app in (True, False):
        chosen = [_nearest(stack, in_app_only=in_app) for stack in stacks]
        if any(_is_telling(place) for stack in chosen for place in stack):
            return Outline(types, _labels(chosen), in_app)
    return None


def exception_types(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Types of the exception and its explicit causes, outermost first; empty when the client sent none."""
    return _types(_causes(context))


def culprit(context: Mapping[str, Any]) -> str | None:
    """Where it failed, "shop/orders.py in process": the innermost application frame, else the innermost frame.

    At most 255 characters; None without frames.
    """
    foreign: Place | None = None
    for holder in (exception_of(context) or {}, context):
        for raw in _innermost_first(holder):
            place = _place(raw)
            if place.function in normalise.COMPREHENSIONS:
                continue
            if place.in_app:
                return _culprit_of(place)
            foreign = foreign or place
        if foreign is not None:
            return _culprit_of(foreign)
    return None


def _culprit_of(place: Place) -> str:
    where = place.owner or (place.path.below_conventional_root() if place.path else "")
    return _label(where, place.function)[:_MAX_CULPRIT]


def _causes(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The exception and its explicit causes, outermost first; empty when the client sent no exception."""
    chain: list[dict[str, Any]] = []
    current: Any = exception_of(context)
    while current and isinstance(current, dict) and len(chain) < _MAX_CAUSES:
        chain.append(current)
        current = _cause_of(current)
    return chain


def _cause_of(exception: dict[str, Any]) -> Any:
    for key in CAUSE_KEYS:
        if cause := exception.get(key):
            return cause
    several = exception.get("inner_exceptions")
    return several[0] if several and isinstance(several, list) else None


def _types(chain: list[dict[str, Any]]) -> tuple[str, ...]:
    names = (text_of(level, "qualified_class", "class", "type", "name") for level in chain)
    return tuple(normalise.class_name(name) for name in names if name)


def _innermost_first(holder: Mapping[str, Any]) -> Iterator[_Raw]:
    """The frames of the holder's best stack, read only as far as they are asked for."""
    for stack in stack_lists(holder):
        first = next(filter(None, map(_raw_of, stack)), None)
        last = next(filter(None, map(_raw_of, reversed(stack))), None)
        if first is not None and last is not None:
            entries = reversed(stack) if is_outermost_first(first[0], last[0]) else stack
            yield from filter(None, map(_raw_of, entries))
            return


def _raw_of(entry: object) -> _Raw | None:
    if isinstance(entry, dict):
        # Written out, without loops over names: it runs for every frame of every event.
        get = entry.get
        file = get("filename") or get("template") or get("file") or get("path") or ""
        name = get("function") or get("name") or get("method") or get("symbol") or ""
        owner = get("class_name") or get("class") or get("module") or get("image") or ""
        flag = get("in_app")
        if flag is None:
            flag = get("application_frame")
        if flag is not True and flag is not False:
            flag = None
        if not (file.__class__ is name.__class__ is owner.__class__ is str):
            file, owner, name = (value if isinstance(value, str) else "" for value in (file, owner, name))
    elif isinstance(entry, str) and (line := parse_stack_line(entry[:MAX_LINE])) is not None:
        file, owner, name, flag = line.file, "", line.function, None
    else:
        return None
    if not file and not name:
        return None
    return file[-_MAX_TEXT:], owner[:_MAX_TEXT], name[:_MAX_TEXT], flag


@lru_cache(maxsize=8192)
def _place(raw: _Raw) -> Place:
    file, owner, function, flag = raw
    path = normalise.path(file) if file else None
    return Place(
        is_application(file, owner, function, flag), path, normalise.class_name(owner), normalise.function(function)
    )


def is_application(file: str, owner: str, function: str, flag: bool | None = None) -> bool:
    """Whether a frame is the project's own code (spec 20 §15.2, with one difference).

    The client's own word (`flag`) wins. Otherwise everything is the project's except known library and platform
    places. The specification would also drop absolute paths outside a configured root; but Python clients send
    only absolute paths and nobody has configured a root on the first day.
    """
    if flag is not None:
        return flag
    if file and not normalise.path(file[-_MAX_TEXT:]).in_app:
        return False
    return not normalise.is_platform_class(owner or function)


def _nearest(raws: Iterable[_Raw], *, in_app_only: bool) -> list[Place]:
    """The first 24 that count of frames given without repeats, innermost first."""
    places: list[Place] = []
    for raw in raws:
        place = _place(raw)
        if (place.in_app or not in_app_only) and place.function not in normalise.COMPREHENSIONS:
            places.append(place)
            if len(places) == _MAX_FRAMES:
                break
    return places


def _is_telling(place: Place) -> bool:
    """Whether a frame says more than "somewhere in the bundle": minified names change with every build."""
    name, path = place.function, place.path
    if path is None or path.bundle:
        return name != normalise.ANONYMOUS and (bool(place.owner) or len(name.rpartition(".")[2]) > 2)
    return path.name != "<anonymous>"


def _labels(stacks: list[list[Place]]) -> tuple[tuple[str, ...], ...]:
    """Per exception the sorted "place in function"; one root for all of them, found in the frames of all."""
    named = [[place for place in stack if _is_telling(place)] for stack in stacks]
    where = iter(_where([place for stack in named for place in stack]))
    return tuple(tuple(sorted({_label(next(where), place.function) for place in stack})) for stack in named)


def _label(where: str, function: str) -> str:
    if not where or function == normalise.ANONYMOUS:
        return where or function
    return f"{where} in {function}"


def _where(places: list[Place]) -> list[str]:
    """Class or module where the client names one (it has no root), else the path below the root."""
    below_root = normalise.cut([place.path for place in places])
    return [place.owner or path for place, path in zip(places, below_root, strict=True)]

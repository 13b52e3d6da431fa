"""Long tracebacks: kept at both ends, so that deep recursion does not cost the whole event (§13.1, trap).

A frame costs four keys and more with local variables, so a recursion error would break the key limit.
The middle of such a traceback repeats itself; the ends say where it began and where it failed.
"""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.errors import PayloadTooLarge
from logister_core.ingest.normalization.keys import normalize_key
from logister_core.ingest.normalization.limits import (
    DEFAULT,
    PayloadLimits,
    check_limits,
    needs_no_measure,
    shape_fits,
)

FRAME_LISTS: Final = frozenset({"frames", "stacktrace"})
TEXT_LISTS: Final = frozenset({"backtrace"})
NESTED_EXCEPTIONS: Final = frozenset({"cause", "context"})

MOST_ENTRIES = 100
"""Of a list that must be cut, at most so many entries stay, half from each end."""
_MAX_CHAIN = 16


def enforce_limits(event: dict[str, Any], limits: PayloadLimits = DEFAULT, *, size: int | None = None) -> None:
    """`check_limits` with a second chance: an event that a shorter traceback would save gets one.

    The same outcome as `trim_frames` followed by `check_limits`, without counting frames of ordinary events.
    """
    if size is not None and needs_no_measure(size, limits):
        # To learn which limit is exceeded would take longer than to shorten the traceback, if that is what it needs.
        if shape_fits(event, limits):
            return
    else:
        try:
            return check_limits(event, limits)
        except PayloadTooLarge as refusal:
            if refusal.code not in ("context_keys", "array_length", "event_bytes"):
                raise
    trim_frames(event, limits)
    check_limits(event, limits, size=size)


def trim_frames(event: dict[str, Any], limits: PayloadLimits = DEFAULT) -> None:
    """Cut exception frames in the middle, in place, when the event would exceed the key or array limit.

    Looks at `context.exception` and its `cause`/`context` chain in any spelling. Beside a list that was cut
    stands how many entries went: `frames_omitted`, `stacktrace_omitted`, `backtrace_omitted`.
    """
    context = _member(event, "context", limits)
    if context is None:
        return
    exception = _member(context, "exception", limits)
    if exception is None:
        return
    lists = _lists(exception, limits)
    frame_lists = [found for found in lists if normalize_key(found[1]) in FRAME_LISTS]
    costs = [[count_keys(frame) for frame in owner[key]] for owner, key in frame_lists]
    spent = sum(map(sum, costs))
    # Below half of the keys the frames are never what breaks the limit; above, the rest must be counted.
    if spent * 2 > limits.context_keys and (total := count_keys(event)) > limits.context_keys:
        # Each list may need one more key that says how much of it is missing.
        _share(frame_lists, costs, limits.context_keys - (total - spent) - len(lists))
        too_long = lists
    else:
        too_long = [(owner, key) for owner, key in lists if len(owner[key]) > limits.array_length]
    for owner, key in too_long:
        _keep_ends(owner, key, MOST_ENTRIES // 2, MOST_ENTRIES // 2)


def count_keys(value: Any) -> int:
    """Keys of all objects in `value`, stopping where the depth limit will refuse the event anyway."""
    total = 0
    level = [value]
    for _ in range(_MAX_CHAIN + 1):
        values: list[Any] = []
        for container in level:
            if type(container) is dict:
                total += len(container)
                values += container.values()
            elif type(container) is list:
                values += container
        level = [value for value in values if type(value) is dict or type(value) is list]
        if not level:
            break
    return total


def _member(container: dict[str, Any], name: str, limits: PayloadLimits) -> dict[str, Any] | None:
    if len(container) > limits.context_keys:
        # No shorter traceback saves it, and looking through all those keys would take long.
        return None
    found = container.get(name)
    if found is None:
        found = next((value for key, value in container.items() if normalize_key(key) == name), None)
    return found if isinstance(found, dict) else None


def _lists(exception: dict[str, Any], limits: PayloadLimits) -> list[tuple[dict[str, Any], str]]:
    """(exception, key) of each frame or text list in the chain, outermost exception first."""
    found: list[tuple[dict[str, Any], str]] = []
    level = [exception]
    keys = 0
    for _ in range(_MAX_CHAIN):
        deeper: list[dict[str, Any]] = []
        for current in level:
            keys += len(current)
            if keys > limits.context_keys:
                return []
            for key, value in current.items():
                name = normalize_key(key)
                if isinstance(value, list) and (name in FRAME_LISTS or name in TEXT_LISTS):
                    found.append((current, key))
                elif isinstance(value, dict) and name in NESTED_EXCEPTIONS:
                    deeper.append(value)
        if not deeper:
            break
        level = deeper
    return found


def _share(frame_lists: list[tuple[dict[str, Any], str]], costs: list[list[int]], budget: int) -> None:
    """Cut the lists so that together they cost at most `budget` keys; short ones leave room to long ones."""
    waiting = sorted(range(len(costs)), key=lambda index: sum(costs[index]))
    for position, index in enumerate(waiting):
        share = max(budget, 0) // (len(waiting) - position)
        first, last, cost = _affordable(costs[index], share)
        budget -= cost
        owner, key = frame_lists[index]
        _keep_ends(owner, key, first, last)


def _affordable(costs: list[int], share: int) -> tuple[int, int, int]:
    """How many entries from the start and from the end cost at most `share`, and what they cost."""
    if len(costs) <= MOST_ENTRIES and sum(costs) <= share:
        return len(costs), 0, sum(costs)
    first = last = cost = 0
    while first + last < min(len(costs), MOST_ENTRIES):
        from_end = last <= first
        price = costs[-1 - last] if from_end else costs[first]
        if cost + price > share:
            break
        cost += price
        if from_end:
            last += 1
        else:
            first += 1
    return first, last, cost


def _keep_ends(owner: dict[str, Any], key: str, first: int, last: int) -> None:
    entries = owner[key]
    omitted = len(entries) - first - last
    if omitted > 0:
        owner[key] = entries[:first] + entries[len(entries) - last :]
        omitted_key = f"{key}_omitted"
        earlier = owner.get(omitted_key)
        owner[omitted_key] = omitted + (earlier if type(earlier) is int else 0)

"""What a server asks for when it wants a token for an app (specification, ingest chapter §8.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from logister_core.ingest.normalization import normalize_key
from logister_core.ingest.normalization.values import TEXT_LIMIT, is_blank, number, scalar_text
from logister_core.mobile_tokens.models import MobilePlatform

EVENT_TYPES: Final = ("error", "log", "metric", "transaction", "span", "check_in")

# Seconds that a token lives.
DEFAULT_LIFE: Final = 900
SHORTEST_LIFE: Final = 60
LONGEST_LIFE: Final = 3600
# Clients compute the number from two clocks; one second more or less is no mistake.
TOLERANCE: Final = 1

# Of what was asked for, in an answer.
NAMED_TYPES: Final = 10
NAMED_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class WantedToken:
    platform: str
    service: str
    environment: str
    release: str | None
    session_id: str | None
    life: timedelta
    allowed_event_types: tuple[str, ...]


def wanted_token(fields: Mapping[str, Any], *, integration_kind: str) -> WantedToken | list[str]:
    """The token that `fields` (with normalized keys) ask for, or a sentence for each field that is not valid.

    `integration_kind` is the project's: its tokens are for apps of that platform.
    """
    platform = (_text(fields, "platform") or "").lower()
    texts = {name: _text(fields, name) for name in ("service", "environment", "release", "session_id")}
    seconds = _seconds(fields.get("expires_in_seconds"))
    types = _types(fields.get("allowed_event_types"))
    problems = [
        *_platform_problems(platform, integration_kind),
        *(f"{_label(name)} can't be blank" for name in ("service", "environment") if texts[name] is None),
        # Not cut like telemetry: a cut service would contradict every event of the app.
        *(
            f"{_label(name)} is too long (maximum is {TEXT_LIMIT} characters)"
            for name, text in texts.items()
            if text is not None and len(text) > TEXT_LIMIT
        ),
        *_life_problems(seconds),
        *_type_problems(types),
    ]
    if problems:
        return problems
    return WantedToken(
        platform=platform,
        service=texts["service"] or "",
        environment=texts["environment"] or "",
        release=texts["release"],
        session_id=texts["session_id"],
        life=timedelta(seconds=seconds),
        allowed_event_types=types,
    )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    return (scalar_text(fields.get(name)) or "").strip() or None


def _label(name: str) -> str:
    return name.replace("_id", "").capitalize()


def _platform_problems(platform: str, integration_kind: str) -> list[str]:
    if platform not in set(MobilePlatform):
        return ["Platform is not included in the list"]
    if platform != integration_kind:
        return ["Platform must match the project integration kind"]
    return []


def _seconds(value: object) -> int:
    """What is no number counts as 0, which is too short."""
    if is_blank(value):
        return DEFAULT_LIFE
    found = number(value)
    return 0 if found is None else int(found)


def _life_problems(seconds: int) -> list[str]:
    if seconds < SHORTEST_LIFE - TOLERANCE:
        return [f"Expires at must be at least {SHORTEST_LIFE} seconds from now"]
    if seconds > LONGEST_LIFE + TOLERANCE:
        return [f"Expires at must be within {LONGEST_LIFE} seconds"]
    return []


def _types(value: object) -> tuple[str, ...]:
    """Each named type once, in the order sent; all of them when none is named."""
    items = value if isinstance(value, list) else [value]
    named = dict.fromkeys(_type(item) for item in items if not is_blank(item))
    return tuple(named) or EVENT_TYPES


def _type(item: object) -> str:
    text = scalar_text(item)
    return json.dumps(item, ensure_ascii=False) if text is None else normalize_key(text.strip())


def _type_problems(types: tuple[str, ...]) -> list[str]:
    unknown = [name for name in types if name not in EVENT_TYPES]
    if not unknown:
        return []
    named = ", ".join(name[:NAMED_LENGTH] for name in unknown[:NAMED_TYPES])
    return [f"Allowed event types contains unsupported values: {named}"]

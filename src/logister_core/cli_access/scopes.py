"""What a token may be good for (specification, read API chapter §4)."""

from __future__ import annotations

from typing import Final

# What a login asks for that names nothing, in this order.
READ_SCOPES: Final = (
    "projects:read",
    "project_summary:read",
    "events:read",
    "errors:read",
    "ai_context:read",
    "traces:read",
    "monitors:read",
    "deployments:read",
    "insights:read",
    "metrics:read",
)
WRITE_SCOPES: Final = ("artifacts:write",)
# Everything that a login may ask for.
GRANTED: Final = frozenset((*READ_SCOPES, *WRITE_SCOPES))

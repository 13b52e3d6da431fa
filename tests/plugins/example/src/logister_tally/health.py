"""What `GET /health/tally` answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.health import Health
from logister_tally.ledger import ledger_of

if TYPE_CHECKING:
    from logister_core.types import Registry


def health(registry: Registry) -> Health:
    """Raises OSError when the file cannot be used; the server then answers that we are degraded."""
    return Health("ok", {"batches": ledger_of(registry.logister_settings).batches()})

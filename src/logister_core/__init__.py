"""Self-hosted error monitoring and observability."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logister_core.startup import WebApplication

__version__ = "0.1.0"


def main(global_config: dict[str, Any], **ini: str) -> WebApplication:
    """The application that `pserve` serves; `ini` holds the keys of its [app:main] section."""
    # Nothing of what is made now is garbage, and looking for it takes a sixth of the start.
    gc.disable()
    from logister_core.app import serve_application
    from logister_core.settings import SettingsError

    try:
        return serve_application(global_config, ini)
    except SettingsError as error:
        # The sentence says all there is to say; a traceback above it would only frighten.
        raise SystemExit(f"error: {error}") from None
    finally:
        gc.enable()

"""Commands that empty pages offer to copy."""

from __future__ import annotations

import json
from typing import Any


def curl_command(address: str, document: dict[str, Any]) -> str:
    """Sends `document` (without apostrophes) to an address of the write API, with the key of the environment."""
    return (
        f'curl -X POST "{address}" \\\n'
        '  -H "Authorization: Bearer $LOGISTER_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{json.dumps(document, indent=2)}'"
    )

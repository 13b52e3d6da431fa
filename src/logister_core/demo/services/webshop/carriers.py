"""What carriers tell us about parcels."""

from __future__ import annotations

import json


def parcel_state(body: str) -> str:
    message = json.loads(body)
    state: str = message["parcel"]["state"]
    return state

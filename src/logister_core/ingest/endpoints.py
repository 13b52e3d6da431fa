"""The five addresses that clients write to, and what differs between them before the body is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

API_PATH: Final = "/api/v1/"
EVENTS_PATH: Final = "/api/v1/ingest_events"
BATCH_PATH: Final = f"{EVENTS_PATH}/batch"
CHECK_INS_PATH: Final = "/api/v1/check_ins"
DEPLOYMENTS_PATH: Final = "/api/v1/deployments"
MOBILE_TOKENS_PATH: Final = "/api/v1/mobile_ingest_tokens"

# How paths of telemetry begin.
INTAKE_PATHS: Final = (EVENTS_PATH, CHECK_INS_PATH)

# Every path also answers with `.json` or a slash behind it; a redirect would lose the clients' posts.
TAIL: Final = r"{tail:(\.json)?/?}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    label: str
    """In keys of rate limits and in reports; accepted requests are counted for each label apart."""
    takes_mobile_tokens: bool


EVENTS: Final = Endpoint("ingest", takes_mobile_tokens=True)
CHECK_INS: Final = Endpoint("check_in", takes_mobile_tokens=True)
DEPLOYMENTS: Final = Endpoint("deployment", takes_mobile_tokens=False)
MOBILE_TOKENS: Final = Endpoint("mobile_token", takes_mobile_tokens=False)

"""Examples of requests; the answers to them have the same names."""

from __future__ import annotations

from typing import Any, Final

UUID: Final = "0b7d9a3e-5f1c-4a52-9b1e-0c8a2f6d4e71"
OTHER_UUID: Final = "5d0c6a4e-7a0e-4f6c-8d53-3f0f3f1c9a10"

ERROR: Final = {
    "event_type": "error",
    "uuid": UUID,
    "level": "error",
    "message": "KeyError: 'customer_id'",
    "occurred_at": "2026-11-20T12:00:00Z",
    "environment": "production",
    "release": "1.4.2",
    "context": {
        "service": "web",
        "request_id": "req-77",
        "exception": {
            "class": "KeyError",
            "message": "'customer_id'",
            "frames": [
                {
                    "filename": "shop/orders.py",
                    "lineno": 47,
                    "name": "process",
                    "context_line": "    order['customer_id']",
                }
            ],
        },
    },
}
METRIC: Final = {
    "event_type": "metric",
    "uuid": "7c1f2a90-3d5e-4b6f-8a71-92b3c4d5e6f7",
    "message": "queue.depth",
    "value": 42,
    "unit": "jobs",
}
SPAN: Final = {
    "event_type": "span",
    "uuid": OTHER_UUID,
    "name": "SELECT orders",
    "kind": "db",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "span_id": "00f067aa0ba902b7",
    "parent_span_id": "a3ce929d0e0e4736",
    "started_at": "2026-11-20T12:00:00.000Z",
    "duration_ms": 12.5,
}

EVENT_EXAMPLES: Final[dict[str, Any]] = {
    "error": {"event": ERROR},
    "error_again": {"event": ERROR},
    "log": {"event": {"event_type": "log", "level": "info", "message": "checkout started"}},
    "metric": {"event": METRIC},
    "transaction": {
        "event": {"event_type": "transaction", "message": "POST /checkout", "duration_ms": 245.7, "status": 200}
    },
    "check_in": {"event": {"event_type": "check_in", "message": "nightly-backup", "status": "ok"}},
    "span": {"event": SPAN},
}
BATCH_EXAMPLE: Final = ({"event": ERROR}, {"event": METRIC}, {"event": SPAN})

CHECK_IN_EXAMPLES: Final[dict[str, Any]] = {
    "ok": {
        "check_in": {
            "slug": "nightly-backup",
            "status": "ok",
            "expected_interval_seconds": 86400,
            "duration_ms": 5310,
            "uuid": "9c2d7c3f-2b74-4c0a-93b0-1d5f6a7e8b90",
        }
    },
    "ok_again": {"check_in": {"slug": "nightly-backup", "uuid": "9c2d7c3f-2b74-4c0a-93b0-1d5f6a7e8b90"}},
    "failed": {"check_in": {"slug": "nightly-backup", "status": "error", "environment": "production"}},
}
DEPLOYMENT_EXAMPLES: Final[dict[str, Any]] = {
    "deployed": {
        "deployment": {
            "release": "1.4.2",
            "environment": "production",
            "repository": "https://github.com/acme/shop.git",
            "commit_sha": "9f3c1ab",
            "branch": "main",
            "deployed_at": "2026-11-20T11:58:00Z",
            "pull_request_number": 42,
        }
    }
}
TOKEN_EXAMPLES: Final[dict[str, Any]] = {
    "android": {
        "mobile_ingest_token": {
            "platform": "android",
            "service": "com.example.shop",
            "environment": "production",
            "release": "1.4.0+42",
            "session_id": "session-123",
            "expires_in_seconds": 900,
            "allowed_event_types": ["error", "log"],
        }
    }
}

from datetime import UTC, datetime

import pytest

from logister_core.ingest.normalization import normalize_event

RECEIVED_AT = datetime(2026, 8, 9, 12, tzinfo=UTC)


@pytest.fixture
def received_at():
    return RECEIVED_AT


@pytest.fixture
def normalize():
    """Normalize one raw event of a project that is not mobile, unless told otherwise."""

    def normalize(event, *, default_environment="production", mobile=False):
        return normalize_event(event, received_at=RECEIVED_AT, default_environment=default_environment, mobile=mobile)

    return normalize

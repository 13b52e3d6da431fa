from __future__ import annotations

import pytest

from support.s3 import s3_server


@pytest.fixture(scope="session")
def s3():
    with s3_server() as server:
        yield server

from __future__ import annotations

import pytest

from support.probo import probo


@pytest.fixture
def upstream():
    with probo() as there:
        yield there

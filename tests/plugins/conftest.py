"""The example has tests of its own, which run where it is installed: see tests/integration/test_plugins.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.instance import Instance
from support.people import People

collect_ignore = ["example"]


@pytest.fixture
def database_kind() -> str:
    """What these plugins do does not depend on the database."""
    return "sqlite"


@pytest.fixture
def people_of() -> Callable[[Instance], People]:
    return People

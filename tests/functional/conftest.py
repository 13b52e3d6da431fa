"""People and their browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from support.instance import Instance
from support.people import PASSWORD, People

__all__ = ["PASSWORD", "People"]


@pytest.fixture
def people(site: Instance) -> People:
    return People(site)


@pytest.fixture
def people_of() -> Callable[[Instance], People]:
    """For tests that make instances with settings of their own."""
    return People


def csrf(browser: webtest.TestApp, page: str = "/projects/new") -> str:
    """The token of the forms on `page`."""
    token: str = browser.get(page).html.find("input", {"name": "csrf_token"})["value"]
    return token

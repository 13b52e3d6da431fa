"""Instances that report on themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factories.projects import api_key, project
from factories.rejections import OWN_KEY
from support.instance import Instance


@pytest.fixture
def make_observed(make_site: Callable[..., Instance]) -> Callable[..., Instance]:
    """Instances that report on themselves."""
    return lambda **environ: make_site(LOGISTER_API_KEY=OWN_KEY, **environ)


@pytest.fixture
def site(make_observed: Callable[..., Instance]) -> Instance:
    return make_observed()


@pytest.fixture
def key(site: Instance) -> str:
    return api_key(site, project(site, name="Shop"), name="web")

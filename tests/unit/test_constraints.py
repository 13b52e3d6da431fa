"""constraints.txt: the versions that the image gets, and that the tests run on."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

LISTED = Path(__file__).parents[2] / "constraints.txt"
# What the Dockerfile asks for.
EXTRAS = ("", "archive", "clickhouse", "fast", "oidc")


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def wanted() -> list[Requirement]:
    every = map(Requirement, requires("logister") or [])
    return [one for one in every if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in EXTRAS)]


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_every_requirement_of_the_image_has_a_version_within_its_range(requirement: Requirement) -> None:
    lines = [line for line in LISTED.read_text().splitlines() if not line.startswith("#")]
    versions = dict(line.split("==") for line in lines)
    listed = {name_of(name): version for name, version in versions.items()}
    assert requirement.specifier.contains(listed[name_of(requirement.name)])

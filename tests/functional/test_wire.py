"""Requests of the real clients, recorded once (`tests/wire`), give exactly the rows that stand beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories.projects import api_key, project
from support.instance import Databases, Instance, instance
from support.wire import Recording, outcome, recordings

RECORDINGS = recordings()


def test_case_10_40_all_three_clients_were_recorded() -> None:
    assert {recording.kind for recording in RECORDINGS} == {"python", "javascript", "ruby"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_site(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """One instance for all recordings; each has a project of its own."""
    home: Path = tmp_path_factory.mktemp("home")
    with instance(databases.fresh(request.param, home), home) as site:
        yield site


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
def test_case_10_40_what_a_client_sends_is_accepted_and_stored_field_by_field(
    shared_site: Instance, recording: Recording
) -> None:
    made = project(shared_site, integration_kind=recording.kind)
    answer = recording.send(shared_site, api_key(shared_site, made))
    worked = shared_site.project_events()
    assert (worked.failed_rows, worked.retried, worked.out_of_time) == (0, 0, False)
    came_of_it = outcome(recording, shared_site, made, answer)
    if recording.expected is None:
        pytest.fail(f"check this against what was sent, then expect it:\n{json.dumps(came_of_it, indent=2)}")
    assert came_of_it == recording.expected

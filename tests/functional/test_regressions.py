"""What people are told of errors (specification, ingest chapter, case 37); the rules are told in test_grouping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from factories.projects import api_key, project
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.projection import ErrorGrouping
from logister_core.notifications.models import NotificationIntent
from logister_core.outbox.models import TelemetryBatch
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def send(site: Instance, token: str, **event: Any) -> None:
    assert site.send(token, **event).status_int == 201
    site.project_events()


def group(site: Instance) -> ErrorGroup:
    [found] = site.rows(ErrorGroup)
    return found


def kinds(site: Instance) -> list[str]:
    return [intent.kind for intent in site.rows(NotificationIntent)]


def resolve(site: Instance) -> None:
    with site.write() as db:
        db.execute(update(ErrorGroup).values(status="resolved", resolved_at=site.clock()))


def test_case_10_37_without_a_fingerprint_the_first_line_of_the_message_decides(site: Instance) -> None:
    token = api_key(site, project(site, grouping_strategy="message_exact"))
    for message in ("boom\none", "boom\ntwo", "bang\none"):
        send(site, token, message=message)
    assert {found.fingerprint: found.occurrence_count for found in site.rows(ErrorGroup)} == {"boom": 2, "bang": 1}


def test_case_10_37_a_later_exact_event_reopens_a_resolved_group_and_is_told_once(site: Instance, token: str) -> None:
    send(site, token)
    resolve(site)
    site.clock.forward(minutes=1)
    for _ in range(2):
        send(site, token, occurred_at=site.clock().isoformat())
    with site.write() as db:
        batches = list(db.scalars(select(TelemetryBatch)))
        ErrorGrouping().apply(db, batches, skip=frozenset(), now=site.clock())
    found = group(site)
    assert (found.status, found.reopen_count, found.occurrence_count) == ("unresolved", 1, 3)
    assert kinds(site) == ["first_occurrence", "regression"]


def test_case_10_37_an_event_from_before_the_resolution_is_counted_and_not_told(site: Instance, token: str) -> None:
    send(site, token)
    resolve(site)
    send(site, token, occurred_at=(site.clock() - timedelta(minutes=5)).isoformat())
    assert (group(site).status, group(site).occurrence_count) == ("resolved", 2)
    assert kinds(site) == ["first_occurrence"]


def test_case_10_37_an_event_that_was_only_received_never_reopens(site: Instance) -> None:
    token = api_key(site, project(site, integration_kind="android"))
    send(site, token)
    resolve(site)
    site.clock.forward(days=1)
    send(site, token, occurred_at=None)
    assert (group(site).status, group(site).occurrence_count) == ("resolved", 2)
    assert kinds(site) == ["first_occurrence"]


def test_case_10_37_the_tenth_occurrence_is_a_milestone(site: Instance, token: str) -> None:
    for number in range(1, 12):
        send(site, token)
        assert kinds(site).count("error_milestone") == (1 if number >= 10 else 0)
    [milestone] = [intent for intent in site.rows(NotificationIntent) if intent.kind == "error_milestone"]
    assert milestone.dedup_key == f"error_group:{group(site).id}:milestone:10"
    assert milestone.details["milestone"] == 10

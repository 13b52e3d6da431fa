"""How reports are written down: not too many, none about themselves, and nobody waits (operations chapter §6.3)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from factories.projects import api_key, project
from factories.rejections import CHECK_INS, DEPLOYMENTS, EVENTS, OWN_KEY, reasons, rejection, rejections
from logister_core.client_submissions.actors import remove_old_rejections
from logister_core.client_submissions.events import event_of
from logister_core.client_submissions.models import RejectedSubmission
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from support.instance import Instance


def test_case_80_22_a_mistake_is_reported_once_a_minute(site: Instance) -> None:
    token = api_key(site, project(site), revoked_at=site.clock())
    for _ in range(10):
        assert site.send(token).status_int == 401
    [first] = rejections(site)
    assert (first.reason, event_of(first)["message"]) == ("revoked_api_key", "Client ingest rejected")
    assert token not in json.dumps(event_of(first))
    # Other endpoints, tokens and reasons are other mistakes.
    site.post(CHECK_INS, {}, token)
    other = api_key(site, project(site))
    site.send(other, message=" ")
    site.send(other, event_type="span")
    assert len(rejections(site)) == 4
    site.clock.forward(seconds=60)
    site.send(token)
    assert len(rejections(site)) == 5


def test_two_processes_that_meet_the_same_mistake_report_it_once(
    make_observed: Callable[..., Instance], site: Instance
) -> None:
    other = make_observed(DATABASE_URL=site.settings.database.url)
    token = api_key(site, project(site), revoked_at=site.clock())
    for instance in (site, other):
        assert instance.send(token).status_int == 401
        assert len(rejections(instance)) == 1


def test_invented_tokens_fill_neither_the_table_nor_the_place_of_projects(
    make_observed: Callable[..., Instance],
) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1000")
    key = api_key(site, project(site))
    for number in range(50):
        assert site.send(f"invented {number}").status_int == 401
    assert site.send(key, message=" ").status_int == 422
    assert [row.reason for row in rejections(site)] == ["invalid_api_key"] * 20 + ["invalid_event"]


def test_what_waits_while_nobody_writes_is_bounded(make_observed: Callable[..., Instance], caplog: Any) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1000")
    for number in range(26 * 20):
        assert site.send(f"invented {number}").status_int == 401
        if number % 20 == 19:
            site.clock.forward(minutes=1)
    assert "client_submissions.queue_full" in caplog.text
    assert len(rejections(site)) == 500


def test_a_refused_report_is_not_reported(site: Instance, key: str) -> None:
    site.send(key, message=" ")
    report = event_of(rejection(site)) | {"uuid": "no"}
    assert site.post(EVENTS, {"event": report}, key).status_int == 422
    site.clock.forward(minutes=1)
    assert site.post(EVENTS, {"event": report}, key).status_int == 422
    assert len(rejections(site)) == 1


@pytest.mark.parametrize("path", [EVENTS, CHECK_INS, DEPLOYMENTS])
def test_case_80_21_refusals_of_our_own_key_are_not_reported(site: Instance, path: str) -> None:
    assert site.post(path, {}, OWN_KEY).status_int == 401
    assert site.post(path, {}, headers={"X-Api-Key": OWN_KEY}).status_int == 401
    assert rejections(site) == []


def test_a_report_is_telemetry_as_any_other(site: Instance, key: str) -> None:
    site.send(key, message=" ")
    found = rejection(site)
    assert site.post(EVENTS, {"event": event_of(found)}, key).status_int == 201
    [event] = site.rows(IngestEvent)
    assert (event.event_type, event.level, event.message) == ("log", "warn", "Client ingest rejected")
    assert event.fingerprint == "client-submission:ingest:invalid_event"
    assert event.occurred_at == found.rejected_at
    context = site.context(event)
    assert context["client_submission"]["reason"] == "invalid_event"
    assert context["logister_internal"] == {
        "component": "client_submissions",
        "operation": "report_rejection",
        "feedback_depth": 1,
    }


def test_without_a_key_of_its_own_the_installation_reports_nothing(make_site: Callable[..., Instance]) -> None:
    site = make_site()
    site.registry.rejections.start()
    assert site.send("wrong").status_int == 401
    site.registry.rejections.stop()
    assert site.count(RejectedSubmission) == 0


@pytest.fixture
def writing(site: Instance) -> Iterator[None]:
    site.registry.rejections.start()
    yield
    site.registry.rejections.stop()


@pytest.mark.usefixtures("writing")
def test_a_thread_writes_them_down_soon(site: Instance) -> None:
    assert site.send("wrong").status_int == 401
    within(lambda: site.count(RejectedSubmission) == 1)


def test_what_waits_is_written_before_the_process_ends(site: Instance) -> None:
    site.registry.rejections.start()
    for number in range(20):
        site.send(f"wrong {number}")
    site.registry.rejections.stop()
    assert site.count(RejectedSubmission) == 20
    assert "logister-rejections" not in [thread.name for thread in threading.enumerate()]


def test_when_they_cannot_be_written_clients_notice_nothing(site: Instance, key: str, caplog: Any) -> None:
    rename(site, "rejected_submissions", "away")
    site.registry.rejections.start()
    assert site.send(key, message=" ").status_int == 422
    within(lambda: "client_submissions.not_recorded reason=invalid_event" in caplog.text)
    rename(site, "away", "rejected_submissions")
    # The thread is still there.
    assert site.send(key, event_type="span").status_int == 422
    site.registry.rejections.stop()
    assert reasons(site) == [("ingest", "invalid_span", 422)]


def test_a_project_that_is_gone_meanwhile_is_left_out(site: Instance) -> None:
    of = project(site)
    token = api_key(site, of, revoked_at=site.clock())
    site.send(token)
    with site.write() as db:
        db.delete(db.get(Project, of.id))
    found = rejection(site)
    assert (found.project_id, found.reason) == (None, "revoked_api_key")
    assert "project" not in found.details


def test_old_reports_are_removed(site: Instance) -> None:
    site.send("one")
    rejections(site)
    site.clock.forward(days=7)
    site.send("two")
    remove(site)
    assert len(rejections(site)) == 2
    site.clock.forward(minutes=1)
    remove(site)
    assert len(rejections(site)) == 1


def remove(site: Instance) -> None:
    """What the recurring job does."""
    name = f"{remove_old_rejections.__module__}.{remove_old_rejections.__qualname__}"
    site.registry.actors[name].fn()


def rename(site: Instance, table: str, to: str) -> None:
    with site.write() as db:
        db.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def within(what: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)

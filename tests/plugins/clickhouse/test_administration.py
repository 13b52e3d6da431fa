"""The page of the installation about ClickHouse: its test really connects, and counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories.projects import api_key, project
from logister_core.administration.installation.sections import Examination
from logister_core.administration.installation.values import fingerprint
from logister_core.installation.models import InstallationStep, InstanceSetting, InstanceSettingChange
from logister_core.outbox import run
from logister_plugins.clickhouse.administration import SECTION
from logister_plugins.clickhouse.schema_status import schema_status
from support.programs import free_port

PAGE = "/admin/installation/clickhouse"


@pytest.fixture
def enter(people_of):
    return lambda site: people_of(site).newcomer("root@example.com", application_admin=True)[1]


@pytest.fixture
def values(environ):
    """What an administrator enters."""
    return {
        "clickhouse.mode": "dual_write",
        "clickhouse.url": environ["LOGISTER_CLICKHOUSE_URL"],
        "clickhouse.database": environ["LOGISTER_CLICKHOUSE_DATABASE"],
    }


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.fixture
def browser(site, enter):
    return enter(site)


def send(browser, values, **fields):
    token = {"csrf_token": browser.get(PAGE).html.find("input", {"name": "csrf_token"})["value"]}
    return browser.post(PAGE, token | {f"settings[{key}]": value for key, value in values.items()} | fields, status="*")


def tried(browser, values):
    return send(browser, values, operation="test")


def repaired(browser):
    token = browser.get(PAGE).html.find("input", {"name": "csrf_token"})["value"]
    return browser.post(f"{PAGE}/repair", {"csrf_token": token}).follow()


def step_of(site):
    [step] = [step for step in site.rows(InstallationStep) if step.key == "clickhouse"]
    return step


def saved(site):
    return {row.key for row in site.rows(InstanceSetting)}


def history(site):
    return [(row.key, row.action) for row in site.rows(InstanceSettingChange)]


def deliver(site):
    return run.run(site.registry.engine, site.registry.destinations["clickhouse"], site.clock)


def test_case_50_20_the_page_names_the_old_variable_that_decides(make_site, enter):
    """`junk` does not become `disabled`: see test_settings."""
    browser = enter(make_site(LOGISTER_CLICKHOUSE_ENABLED="true"))
    page = browser.get(PAGE)
    override = page.html.select_one(".setting-override")
    assert "dual_write" in override.text
    assert "LOGISTER_CLICKHOUSE_ENABLED" in override.text
    assert "settings[clickhouse.mode]" not in page.text


def test_case_50_21_pages_may_read_from_it_only_after_a_test_that_found_everything(
    site, browser, values, ready, database
):
    assert tried(browser, {}).status_int == 200
    assert (step_of(site).status, step_of(site).details) == ("verified", {"mode": "disabled"})
    reading = values | {"clickhouse.mode": "READ_PREFERRED"}
    answer = send(browser, reading)
    assert answer.status_int == 422
    assert "Choose dual_write, and test it" in answer.text
    assert saved(site) == set()
    # Of other settings the test says nothing.
    assert tried(browser, values).status_int == 200
    assert step_of(site).details["ready_for_reads"] is True
    assert send(browser, reading | {"clickhouse.database": "another"}).status_int == 422
    assert saved(site) == set()
    assert send(browser, reading).status_int == 303
    assert saved(site) == {"clickhouse.mode", "clickhouse.url", "clickhouse.database"}
    page = browser.get(PAGE)
    assert page.html.select_one(".page-state").text.split()[0] == "Verified"
    assert "Restart web and worker for Mode to take effect." in page.text
    # What was allowed stays saved when something else is.
    assert send(browser, reading | {"clickhouse.failure_throttle_seconds": "61"}).status_int == 422
    assert send(browser, {"clickhouse.mode": "disabled"}).status_int == 303


def test_case_50_22_writing_and_reading_are_the_same_connection(site):
    def of(mode):
        return fingerprint(SECTION, site.settings.with_saved({"clickhouse.mode": mode}))

    assert of("dual_write") == of("read_preferred")
    assert of("disabled") != of("dual_write")
    assert of("disabled") == fingerprint(SECTION, site.settings)


def test_case_50_28_it_can_be_skipped_and_what_is_saved_stays(site, browser, values):
    send(browser, values)
    browser.get(PAGE).forms["skip"].submit()
    assert step_of(site).status == "skipped"
    assert saved(site) == {"clickhouse.mode", "clickhouse.url", "clickhouse.database"}


def test_it_is_tested_repaired_and_tested_again(site, browser, values, server):
    answer = tried(browser, values)
    assert answer.status_int == 422
    assert "press Repair schema" in answer.text
    assert "Switched off" not in answer.text
    assert "ClickHouse is switched off. Save another mode first." in repaired(browser).text
    send(browser, values)
    assert "The schema in ClickHouse is that of this release." in repaired(browser).text
    assert schema_status(server).ready
    assert tried(browser, values).status_int == 200
    assert ("section.clickhouse", "schema_repair_failed") in history(site)
    assert ("section.clickhouse", "schema_repaired") in history(site)
    changes = browser.get(PAGE).html.select_one(".change-list").text
    assert "Schema repaired" in changes
    assert "Schema not repaired" in changes


def test_other_pages_have_nothing_to_repair(browser):
    token = browser.get(PAGE).html.find("input", {"name": "csrf_token"})["value"]
    for page in ("email", "general", "nothing"):
        browser.post(f"/admin/installation/{page}/repair", {"csrf_token": token}, status=404)
    browser.post(f"{PAGE}/drop", {"csrf_token": token}, status=404)


def test_where_nothing_listens_the_page_says_so(site, browser, values):
    away = values | {"clickhouse.url": f"http://127.0.0.1:{free_port()}", "clickhouse.password": "s3cret"}
    answer = tried(browser, away)
    assert answer.status_int == 422
    assert "ClickHouse cannot be reached: the connection was refused." in answer.text
    assert step_of(site).status == "configured"
    send(browser, away)
    assert "ClickHouse cannot be reached: the connection was refused." in repaired(browser).text
    assert ("section.clickhouse", "schema_repair_failed") in history(site)
    assert "s3cret" not in browser.get(PAGE).text


class TestCoverage:
    @pytest.fixture
    def database(self, emptied):
        return emptied

    @pytest.fixture
    def running(self, make_site, environ):
        return make_site(**environ)

    @pytest.fixture
    def token(self, running):
        return api_key(running, project(running, slug="shop"))

    @pytest.fixture
    def find(self, running):
        return lambda: SECTION.check(Examination(running.registry, running.settings, True, {}))

    def test_everything_that_was_accepted_is_there(self, running, token, find):
        running.send(token)
        running.send(token, event_type="log")
        running.send(token, event_type="span", context={"trace_id": "t", "span_id": "s"})
        deliver(running)
        # The hour before the present one is not looked at yet.
        running.clock.forward(hours=1)
        assert find().details["postgres_events"] == 0
        running.clock.forward(hours=1)
        found = find()
        assert found.passed, found.summary
        expected = {
            "mode": "dual_write",
            "healthy": True,
            "ready": True,
            "missing_tables": [],
            "schema_issues": [],
            "coverage_window_started_at": "2026-11-19T13:00:00Z",
            "coverage_window_ended_at": "2026-11-20T13:00:00Z",
            "postgres_events": 2,
            "clickhouse_events": 2,
            "postgres_spans": 1,
            "clickhouse_spans": 1,
            "coverage_bucket_count": 3,
            "coverage_gap_count": 0,
            "coverage_gaps": [],
            "sample_reconciliation": {"expected": 3, "present": 3, "missing": 0, "missing_ids": []},
            "ready_for_reads": True,
        }
        assert {key: found.details[key] for key in expected} == expected
        assert found.details["circuit_breaker"]["state"] == "closed"

    # Counting is written for each database.
    @pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
    def test_what_is_not_there_is_counted_and_named(self, running, token, find):
        destination = running.registry.destinations.pop("clickhouse")
        running.send(token, message="before it was switched on")
        running.registry.destinations["clickhouse"] = destination
        running.send(token, message="after")
        deliver(running)
        running.send(token, message="on its way")
        running.clock.forward(hours=2)
        found = find()
        assert not found.passed
        assert "lacks rows in 1 of 1 hours" in found.summary
        assert "is not copied" in found.summary
        assert found.details["coverage_gaps"] == [
            {"project": "shop", "signal": "error", "hour": "2026-11-20T12:00:00Z", "accepted": 3, "clickhouse": 1}
        ]
        assert found.details["sample_reconciliation"]["missing"] == 2
        ledger = found.details["delivery_ledger"]
        assert (ledger["pending"], ledger["oldest_incomplete_age_seconds"]) == (1, 7200)
        assert found.details["ready_for_reads"] is False
        # A day later those hours are no longer looked at.
        running.clock.forward(days=1)
        assert find().passed

    def test_twice_there_counts_once(self, running, token, find, clickhouse, database):
        running.send(token)
        deliver(running)
        clickhouse.run(f"INSERT INTO {database}.events_raw SELECT * FROM {database}.events_raw")
        running.send(token, message="lost")
        running.clock.forward(seconds=timedelta(hours=2).total_seconds())
        found = find()
        assert (found.details["postgres_events"], found.details["clickhouse_events"]) == (2, 1)
        assert not found.passed

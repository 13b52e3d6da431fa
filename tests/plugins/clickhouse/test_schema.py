"""Tables and views in a real ClickHouse: made, looked at, repaired."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from logister_core.cli.console import console
from logister_plugins.clickhouse.schema import EVENT_TYPE, EVENTS, VIEWS
from logister_plugins.clickhouse.schema_status import RepairIncomplete, repair, schema_status
from logister_plugins.clickhouse.server import Unavailable
from support.clickhouse import ClickHouse
from support.programs import free_port
from support.upstream import Reply, upstream

NARROW = "Enum8('error' = 1, 'metric' = 2)"


def test_it_is_made_from_nothing_and_making_it_again_changes_nothing(server, clickhouse, database):
    before = schema_status(server)
    assert (before.healthy, before.ready, before.error) == (True, False, None)
    assert len(before.missing) == 15
    done = repair(server)
    assert (done.status.ready, done.repaired_columns, done.rebuilt_views) == (True, [], [])
    assert done.deduplication_tables == ["events_raw", "spans_raw"]
    again = repair(server)
    assert (again.status.ready, again.repaired_columns, again.rebuilt_views) == (True, [], sorted(VIEWS))
    assert again.loaded_statements == done.loaded_statements - 1  # the database
    described = schema_status(server).as_json()
    assert described["schema_version"] == 2
    assert described["required_tables"] == described["present_tables"]
    assert described["missing_tables"] == described["schema_issues"] == []
    assert described["duplicate_safety"] == "logical_fact_views"
    assert described["event_type_columns"]["events_raw"] == EVENT_TYPE
    assert described["raw_columns"]["events_raw"] == {column.name: column.type for column in EVENTS}
    # Every view can be asked.
    for view in VIEWS:
        assert clickhouse.rows(f"SELECT * FROM {database}.{view}") == []


def test_case_30_07_a_narrow_type_of_events_is_widened_once(ready, clickhouse, database):
    made = clickhouse.rows(
        f"SELECT create_table_query AS made FROM system.tables WHERE name = 'events_raw' AND database = '{database}'"
    )[0]["made"]
    clickhouse.run(f"DROP TABLE {database}.events_raw")
    clickhouse.run(made.replace(EVENT_TYPE, NARROW))
    status = schema_status(ready)
    assert not status.ready
    assert status.issues == [f"events_raw.event_type uses {NARROW}; expected {EVENT_TYPE}"]
    assert repair(ready).repaired_columns == ["events_raw"]
    assert schema_status(ready).ready
    assert repair(ready).repaired_columns == []


def test_what_stands_in_the_place_of_a_view_is_left_alone(ready, clickhouse, database):
    clickhouse.run(f"DROP VIEW {database}.log_events_1h_v2")
    clickhouse.run(f"CREATE TABLE {database}.log_events_1h_v2 (a UInt8) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(RepairIncomplete) as refused:
        repair(ready)
    assert str(refused.value) == ("ClickHouse schema repair incomplete: log_events_1h_v2 uses MergeTree; expected View")
    assert clickhouse.rows(f"SELECT * FROM {database}.log_events_1h_v2") == []


def test_case_30_08_other_names_are_used_everywhere(new_server, environ, clickhouse, database):
    names = {"LOGISTER_CLICKHOUSE_EVENTS_TABLE": "custom_events", "LOGISTER_CLICKHOUSE_SPANS_TABLE": "custom_spans"}
    server = new_server(environ | names)
    done = repair(server)
    assert done.deduplication_tables == ["custom_events", "custom_spans"]
    assert set(done.status.engines) == {"custom_events", "custom_spans", *VIEWS}
    row = b'{"message": "boom", "event_type": "error", "occurred_at": "%d-01-01 00:00:00.000"}\n'
    server.insert("custom_events", row % (datetime.now(UTC).year + 1), token="a")
    assert clickhouse.rows(f"SELECT message FROM {database}.event_facts_v2") == [{"message": "boom"}]


def test_settings_of_clickhouse_may_stand_in_the_address(new_server, environ, clickhouse):
    server = new_server(environ | {"LOGISTER_CLICKHOUSE_URL": f"{clickhouse.url}/?max_threads=3"})
    [[threads, seconds]] = server.rows("SELECT getSetting('max_threads'), getSetting('max_execution_time')")
    assert (int(threads), int(seconds)) == (3, 30)


def test_who_answers_and_is_not_clickhouse_is_told_from_it(new_server, environ):
    with upstream(lambda _: Reply(200, b"<html>Welcome to nginx!</html>")) as there:
        server = new_server(environ | {"LOGISTER_CLICKHOUSE_URL": there.base})
        assert isinstance(schema_status(server).error, Unavailable)
        with pytest.raises(Unavailable):
            server.insert("events_raw", b"{}", token="a")


def test_the_user_for_the_schema_may_be_another_one(new_server):
    with ClickHouse(user="schema", password="s3cret") as theirs:
        environ = {
            "LOGISTER_CLICKHOUSE_MODE": "dual_write",
            "LOGISTER_CLICKHOUSE_URL": theirs.url,
            "LOGISTER_CLICKHOUSE_MIGRATION_USERNAME": "schema",
            "LOGISTER_CLICKHOUSE_MIGRATION_PASSWORD": "s3cret",
        }
        server = new_server(environ)
        server.change_schema("CREATE DATABASE theirs")
        with pytest.raises(Unavailable, match="Authentication failed") as refused:
            server.rows("SELECT 1")
        assert "s3cret" not in str(refused.value)


# GET /health/clickhouse


def test_case_30_01_switched_off_it_says_so_and_nobody_is_asked(make_site):
    site = make_site(LOGISTER_CLICKHOUSE_URL=f"http://127.0.0.1:{free_port()}")
    answer = site.browser().get("/health/clickhouse")
    assert (answer.status_int, answer.json) == (
        200,
        {"status": "disabled", "clickhouse_enabled": False, "clickhouse_mode": "disabled"},
    )


def test_case_30_04_ready_it_tells_the_mode(make_site, environ, ready):
    site = make_site(**environ | {"LOGISTER_CLICKHOUSE_MODE": "read_preferred"})
    answer = site.browser().get("/health/clickhouse")
    assert answer.json == {
        "status": "ok",
        "clickhouse_enabled": True,
        "clickhouse_mode": "read_preferred",
        "clickhouse_ready": True,
    }


def test_case_30_05_a_missing_table_is_named(make_site, environ, ready, clickhouse, database):
    clickhouse.run(f"DROP TABLE {database}.spans_raw")
    answer = make_site(**environ).browser().get("/health/clickhouse", status=503)
    assert answer.json["status"] == "degraded"
    assert answer.json["schema"]["missing_tables"] == ["spans_raw"]
    assert answer.json["schema"]["healthy"] is True


def test_case_30_06_where_nothing_listens_everything_is_missing(make_site, environ):
    port = free_port()
    site = make_site(**environ | {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{port}"})
    for _ in range(7):
        answer = site.browser().get("/health/clickhouse", status=503)
        assert answer.json["schema"]["healthy"] is False
        assert len(answer.json["schema"]["missing_tables"]) == 15
        assert set(answer.json["schema"]) == {
            "healthy",
            "database",
            "missing_tables",
            "present_tables",
            "event_type_columns",
            "schema_issues",
        }
        assert str(port) not in answer.text


# logister clickhouse schema …


@pytest.fixture
def run(set_environ, tmp_path):
    def run(environ, *words):
        set_environ(environ | {"LOGISTER_HOME": str(tmp_path)})
        return CliRunner().invoke(console(), words if words[0] == "release" else ["clickhouse", "schema", *words])

    return run


def test_case_30_09_switched_off_there_is_nothing_to_load(run):
    for word in ("load", "repair"):
        done = run({}, word)
        assert done.exit_code == 0, done.output
        answer = json.loads(done.output)
        assert (answer["enabled"], answer["loaded_statements"]) == (False, 0)
        assert answer["schema"]["ready"] is False
    assert run({}, "status").exit_code == 0


def test_case_30_09_the_status_tells_whether_it_is_ready(run, environ, clickhouse, database):
    done = run(environ, "status")
    assert done.exit_code == 1
    assert json.loads(done.output)["missing_tables"] != []
    assert run(environ, "load").exit_code == 0
    done = run(environ, "status")
    assert done.exit_code == 0
    assert json.loads(done.output)["ready"] is True
    clickhouse.run(f"DROP VIEW {database}.event_facts_1h_v2")
    clickhouse.run(f"CREATE TABLE {database}.event_facts_1h_v2 (a UInt8) ENGINE = MergeTree ORDER BY a")
    done = run(environ, "repair")
    assert done.exit_code == 1
    assert "repair incomplete" in done.output


def test_a_command_tells_in_one_sentence_that_clickhouse_is_away(run, environ):
    away = environ | {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}
    done = run(away, "load")
    assert (done.exit_code, done.output) == (1, "Error: ClickHouse cannot be reached: the connection was refused.\n")
    done = run(away, "status")
    assert done.exit_code == 1
    assert json.loads(done.output)["error"] == ("Unavailable: ClickHouse cannot be reached: the connection was refused")


def test_case_30_09_a_release_loads_it_and_fails_when_it_cannot(run, environ, server):
    done = run(environ, "release")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "The schema in ClickHouse is that of this release."
    assert schema_status(server).ready
    away = environ | {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}
    done = run(away, "release")
    assert (done.exit_code, done.output) == (1, "Error: ClickHouse cannot be reached: the connection was refused.\n")
    assert "ClickHouse" not in run({}, "release").output

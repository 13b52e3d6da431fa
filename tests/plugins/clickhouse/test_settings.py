"""How ClickHouse is switched on, and what is refused at start."""

from __future__ import annotations

import pytest

import logister_plugins.clickhouse as plugin
from logister_core import plugins
from logister_core.administration.installation.catalogue import catalogue
from logister_core.administration.installation.values import settings_of
from logister_core.settings import SettingsError, load_settings
from logister_core.settings.fields import variables_of
from logister_core.testing import PluginContract


class TestContract(PluginContract):
    @pytest.fixture
    def plugin(self):
        return plugin

    @pytest.fixture
    def environ(self):
        return {"LOGISTER_CLICKHOUSE_MODE": "dual_write"}


def load(**environ):
    return load_settings({}, environ, [plugin.Settings]).section(plugin.Settings)


def active(**environ):
    return [one.name for one in plugins.load({}, environ)[1]]


def test_case_30_01_without_variables_it_is_off(tmp_path):
    assert load().mode == "disabled"
    assert "clickhouse" not in active(LOGISTER_HOME=str(tmp_path))


def test_case_30_02_the_old_switch_alone_writes_and_never_reads(tmp_path):
    assert load(LOGISTER_CLICKHOUSE_ENABLED="true").mode == "dual_write"
    assert load(LOGISTER_CLICKHOUSE_ENABLED="no").mode == "disabled"
    assert "clickhouse" in active(LOGISTER_CLICKHOUSE_ENABLED="true", LOGISTER_HOME=str(tmp_path))


def test_case_30_03_the_mode_beats_the_old_switch_in_any_case():
    settings = load(LOGISTER_CLICKHOUSE_MODE=" Read_Preferred ", LOGISTER_CLICKHOUSE_ENABLED="false")
    assert (settings.mode, settings.enabled) == ("read_preferred", True)


def test_case_50_20_the_variable_that_decides_is_named():
    """`junk` is not taken for `disabled`: whatever makes no sense keeps the server from starting, with a sentence."""
    mode = dict(variables_of(plugin.Settings))["mode"]
    settings = load_settings({}, {"LOGISTER_CLICKHOUSE_ENABLED": "true"}, [plugin.Settings])
    assert settings.section(plugin.Settings).mode == "dual_write"
    assert settings.given.origin(mode).name == "LOGISTER_CLICKHOUSE_ENABLED"
    settings = load_settings({}, {"LOGISTER_CLICKHOUSE_MODE": "READ_PREFERRED"}, [plugin.Settings])
    assert settings.section(plugin.Settings).mode == "read_preferred"
    assert settings.given.origin(mode).name == "LOGISTER_CLICKHOUSE_MODE"
    with pytest.raises(SettingsError) as refused:
        load(LOGISTER_CLICKHOUSE_MODE="junk")
    assert refused.value.problems == [
        "LOGISTER_CLICKHOUSE_MODE is 'junk'; expected one of disabled, dual_write, read_preferred"
    ]
    with pytest.raises(SettingsError, match=r"LOGISTER_CLICKHOUSE_ENABLED \(old name of .*\) is 'maybe'; expected 1, "):
        load(LOGISTER_CLICKHOUSE_ENABLED="maybe")


def test_case_30_08_names_that_could_not_stand_in_a_statement_are_refused():
    for variable in ("DATABASE", "EVENTS_TABLE", "SPANS_TABLE"):
        for name in ("my-db", "a b", "1st", "x;DROP"):
            with pytest.raises(SettingsError, match="expected a safe ClickHouse identifier"):
                load(**{f"LOGISTER_CLICKHOUSE_{variable}": name})


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"LOGISTER_CLICKHOUSE_URL": "http://ana:secret@host:8123"}, "LOGISTER_CLICKHOUSE_URL has a user in it"),
        ({"LOGISTER_CLICKHOUSE_SPANS_TABLE": "events_raw"}, "are the same or name a view"),
        ({"LOGISTER_CLICKHOUSE_EVENTS_TABLE": "event_facts_v2"}, "are the same or name a view"),
        ({"LOGISTER_CLICKHOUSE_CIRCUIT_OPEN_SECONDS": "0"}, "a whole number of seconds, 1 to 86400"),
    ],
)
def test_what_cannot_work_is_refused(environ, sentence):
    with pytest.raises(SettingsError, match=sentence) as refused:
        load(**environ)
    assert "secret" not in str(refused.value)


def test_the_page_has_its_settings_and_stands_between_mail_and_archive():
    settings = load_settings({}, {}, [plugin.Settings])
    sections = catalogue(settings)
    found = [one.saved.short for one in settings_of(sections.named("clickhouse"), settings)]
    assert found == [
        "mode",
        "url",
        "database",
        "events_table",
        "spans_table",
        "username",
        "password",
        "migration_username",
        "migration_password",
        "failure_throttle_seconds",
        "circuit_failure_threshold",
        "circuit_open_seconds",
    ]
    places = [section.name for section in sections.all()]
    assert places.index("email") + 1 == places.index("clickhouse") < places.index("authentication")

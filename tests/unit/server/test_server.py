"""What waitress is told: the settings' port and threads, and the section's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from waitress.adjustments import Adjustments

from logister_core.server import waitress_factory, waitress_options
from logister_core.settings import RuntimeSettings, SettingsError, load_section


def runtime(environ: dict[str, str] | None = None) -> RuntimeSettings:
    return load_section(RuntimeSettings, {}, environ or {})


def test_case_80_2_the_old_name_of_the_thread_count_reaches_waitress():
    options = waitress_options(runtime({"RAILS_MAX_THREADS": "7", "PORT": "7001"}), {"host": "0.0.0.0"})
    adjusted = Adjustments(**options)
    assert (adjusted.threads, adjusted.port, adjusted.host) == (7, 7001, "0.0.0.0")


def test_defaults_listen_on_loopback_only_with_threads_enough_to_group_commits():
    options = waitress_options(runtime(), {})
    assert (options["host"], options["port"], options["threads"]) == ("127.0.0.1", 6543, 16)


def test_a_listen_line_of_the_ini_file_replaces_host_and_port():
    adjusted = Adjustments(**waitress_options(runtime(), {"listen": "127.0.0.1:7002 127.0.0.1:7003"}))
    assert [address[3][1] for address in adjusted.listen] == [7002, 7003]


def test_port_and_threads_in_the_server_section_are_refused_with_the_place_they_belong_to():
    with pytest.raises(SettingsError) as caught:
        waitress_options(runtime(), {"port": "1", "threads": "2"})
    assert caught.value.problems == [
        "[server:main] sets port; expected PORT or logister.port instead",
        "[server:main] sets threads; expected WAITRESS_THREADS or logister.waitress_threads instead",
    ]


def test_the_factory_reads_the_application_section_and_tells_what_is_wrong_with_it(tmp_path: Path):
    ini = tmp_path / "app.ini"
    ini.write_text("[app:main]\nuse = egg:logister\nlogister.port = ninety\n")
    with pytest.raises(SettingsError, match=r"PORT .logister.port in the ini file. is 'ninety'"):
        waitress_factory({"__file__": str(ini)})


@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
def test_our_own_ini_files_are_understood(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGISTER_SECRET_KEY", "s" * 32)
    file = Path(__file__).parents[3] / name
    assert callable(waitress_factory({"__file__": str(file)}, host="127.0.0.1"))

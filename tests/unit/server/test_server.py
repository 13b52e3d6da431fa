"""What the servers are told: the settings' port, threads and processes, and the section's own keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import plaster
import pytest
from waitress.adjustments import Adjustments

from logister_core.server import granian_factory, waitress_factory
from logister_core.server.common import ServerSettings
from logister_core.server.granian import granian_options
from logister_core.server.sockets import bind
from logister_core.server.waitress import waitress_options
from logister_core.settings import RuntimeSettings, SettingsError, load_section
from support.programs import free_port

MIB = 1024 * 1024


def runtime(environ: dict[str, str] | None = None) -> RuntimeSettings:
    return load_section(RuntimeSettings, {}, environ or {})


def settings(environ: dict[str, str] | None = None, batch_bytes: int = 8 * MIB) -> ServerSettings:
    return ServerSettings(runtime(environ), batch_bytes)


def addresses(runtime: RuntimeSettings, section: dict[str, str]) -> list[tuple[str, int]]:
    listeners = bind(runtime, section)
    try:
        return [listener.getsockname()[:2] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def test_case_80_2_the_old_name_of_the_thread_count_reaches_both_servers():
    seven = settings({"RAILS_MAX_THREADS": "7"})
    assert Adjustments(**waitress_options(seven, {"host": "0.0.0.0"})).threads == 7
    assert granian_options(seven)["py_threads"] == 7


def test_defaults_have_threads_enough_to_group_commits_and_one_process():
    assert waitress_options(settings(), {})["threads"] == 16
    assert runtime().web_processes == 1


def test_it_listens_on_the_port_of_the_settings_and_on_loopback_unless_told_otherwise():
    port = free_port()
    given = runtime({"PORT": str(port)})
    assert addresses(given, {}) == [("127.0.0.1", port)]
    assert addresses(given, {"host": "0.0.0.0"}) == [("0.0.0.0", port)]


def test_a_listen_line_of_the_ini_file_replaces_host_and_port():
    ports = [free_port(), free_port()]
    listen = " ".join(f"127.0.0.1:{port}" for port in ports)
    assert addresses(runtime({"PORT": "1"}), {"listen": listen}) == [("127.0.0.1", port) for port in ports]


def test_a_unix_socket_replaces_them_too_and_a_stale_one_is_no_obstacle(tmp_path: Path):
    path = tmp_path / "web.sock"
    for _ in range(2):
        [listener] = bind(runtime(), {"unix_socket": str(path), "unix_socket_perms": "600"})
        with listener:
            assert listener.getsockname() == str(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_port_and_threads_in_the_server_section_are_refused_with_the_place_they_belong_to():
    with pytest.raises(SettingsError) as caught:
        waitress_options(settings(), {"port": "1", "threads": "2", "max_request_body_size": "3"})
    assert caught.value.problems == [
        "[server:main] sets max_request_body_size; expected LOGISTER_BATCH_BYTES or logister.batch_bytes instead",
        "[server:main] sets port; expected PORT or logister.port instead",
        "[server:main] sets threads; expected WAITRESS_THREADS or logister.waitress_threads instead",
    ]


def test_granian_understands_the_section_of_waitress_and_names_what_it_does_not_know():
    assert callable(granian_factory({}, host="0.0.0.0"))
    with pytest.raises(SettingsError) as caught:
        granian_factory({}, workers="2", ident="me")
    [ours, unknown] = caught.value.problems
    assert ours == "[server:main] sets workers; expected WEB_CONCURRENCY or logister.web_concurrency instead"
    assert unknown.startswith("[server:main] sets ident; expected one of host, ")


@pytest.mark.parametrize(("batch_bytes", "largest"), [(8 * MIB, 2 * MIB), (1, 2 * MIB), (64 * MIB, 16 * MIB)])
def test_what_is_read_of_a_body_is_a_little_more_than_any_address_accepts(batch_bytes: int, largest: int):
    given = settings(batch_bytes=batch_bytes)
    assert given.batch_wire_bytes == largest
    assert largest < given.largest_body < largest * 1.2
    assert waitress_options(given, {})["max_request_body_size"] == given.largest_body + 1


def test_granian_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "granian", None)
    with pytest.raises(SettingsError, match=r"granian, which is not installed; pip install 'logister\[fast\]'"):
        granian_factory({})


@pytest.mark.parametrize("text", ["0", "65", "two"])
def test_the_number_of_processes_is_bounded(text: str):
    with pytest.raises(SettingsError, match=r"WEB_CONCURRENCY is .*; expected a whole number of processes, 1 to 64"):
        runtime({"WEB_CONCURRENCY": text})


def test_the_factory_reads_the_application_section_and_tells_what_is_wrong_with_it(tmp_path: Path):
    ini = tmp_path / "app.ini"
    ini.write_text("[app:main]\nuse = egg:logister\nlogister.port = ninety\n")
    with pytest.raises(SettingsError, match=r"PORT .logister.port in the ini file. is 'ninety'"):
        waitress_factory({"__file__": str(ini)})


@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
@pytest.mark.parametrize("factory", [waitress_factory, granian_factory])
def test_our_own_ini_files_are_understood_by_both(name: str, factory: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGISTER_SECRET_KEY", "s" * 32)
    file = str(Path(__file__).parents[3] / name)
    section = plaster.get_settings(file, "server:main")
    section.pop("use")
    assert callable(factory({"__file__": file}, **section))

"""`pserve` with our waitress: port, threads and level from the environment, and an orderly end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from support.programs import free_port, stop, ticks

INI = Path(__file__).parents[2] / "development.ini"
PSERVE = Path(sys.executable).with_name("pserve")

APPLICATION = """
import logging, os, time

def main(global_config, **ini):
    def application(environ, start_response):
        logging.getLogger("tiny").debug("at debug for %s", environ.get("HTTP_X_FORWARDED_FOR"))
        if environ["PATH_INFO"] == "/slow":
            open(os.environ["WORKING"], "w").close()
            time.sleep(1)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]
    return application
"""


def test_the_environment_decides_port_and_level_and_lines_have_our_shape(server: Server):
    server.start(LOGISTER_LOG_LEVEL="debug")
    with urlopen(f"{server.url}/hello") as response:
        assert response.read() == b"/hello"
        assert "Server" not in response.headers
    assert server.end(signal.SIGTERM) == 0
    assert re.search(r"^\S+Z debug tiny at debug for None$", server.output(), re.MULTILINE)
    assert f"Listening on {server.url}" in server.output()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_being_worked_on_is_answered_before_the_server_ends(server: Server, number: signal.Signals):
    server.start()
    answers: list[bytes] = []

    def ask() -> None:
        with urlopen(f"{server.url}/slow") as response:
            answers.append(response.read())

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in ticks(20):
        if server.working.exists():
            break
    assert server.end(number) == 0
    asking.join(10)
    assert answers == [b"/slow"]
    assert "Traceback" not in server.output()


def test_a_malformed_setting_stops_the_start_and_names_itself(server: Server):
    assert server.refused(WAITRESS_THREADS="many") != 0
    assert "WAITRESS_THREADS is 'many'; expected a whole number of threads, 1 to 1000" in server.output()


class Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "log"
        self.working = folder / "working"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "tiny.py").write_text(APPLICATION)
        text = INI.read_text()
        assert "use = egg:logister\n" in text
        (folder / "app.ini").write_text(text.replace("use = egg:logister\n", "use = call:tiny:main\n"))

    def start(self, **environ: str) -> None:
        self._launch(environ)
        for _ in ticks(30):
            assert self.process is not None
            assert self.process.poll() is None, self.output()
            try:
                urlopen(f"{self.url}/up").close()
            except URLError:
                continue
            return

    def refused(self, **environ: str) -> int:
        self._launch(environ)
        assert self.process is not None
        return self.process.wait(30)

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def output(self) -> str:
        return self._log.read_text()

    def _launch(self, environ: dict[str, str]) -> None:
        ours = {"PORT": str(self.port), "PYTHONPATH": str(self._folder), "WORKING": str(self.working)}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [PSERVE, self._folder / "app.ini"],
                env={**os.environ, **ours, **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    if made.process is not None:
        stop(made.process)

"""`pserve` with our servers: port, processes and level from the environment, and an orderly end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from support.programs import free_port, stop, ticks
from support.raw import Wire, head
from support.server import SERVERS, ini_with

PSERVE = Path(sys.executable).with_name("pserve")

APPLICATION = """
import logging, os, time

def main(global_config, **ini):
    def application(environ, start_response):
        logging.getLogger("tiny").debug("at debug for %s", environ.get("HTTP_X_FORWARDED_FOR"))
        if environ["PATH_INFO"] == "/slow":
            with open(os.environ["WORKING"], "a") as working:
                working.write(".")
            time.sleep(1)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]
    return application
"""


def test_the_environment_decides_port_and_level_and_lines_have_our_shape(server: Server):
    server.start(LOGISTER_LOG_LEVEL="debug")
    with urlopen(f"{server.url}/hello") as response:
        assert response.read() == b"/hello"
        assert response.headers["Server"] == (None if server.kind == "waitress" else "granian")
    assert server.end(signal.SIGTERM) == 0
    assert re.search(r"^\S+Z debug tiny at debug for None$", server.output(), re.MULTILINE)
    assert server.output().count(f"Listening on {server.url}") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_being_worked_on_is_answered_before_the_server_ends(server: Server, number: signal.Signals):
    server.start()
    answers: list[bytes] = []

    def ask() -> None:
        with urlopen(f"{server.url}/slow") as response:
            answers.append(response.read())

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for _ in ticks(20):
        if server.working.exists() and server.working.read_text() == "....":
            break
    assert server.end(number) == 0
    for thread in asking:
        thread.join(10)
    assert answers == [b"/slow"] * 4
    assert "Traceback" not in server.output()


def test_clients_that_never_finish_do_not_hold_up_the_end(server: Server):
    server.start()
    with ExitStack() as stack:
        unfinished = [b"", b"GET / HT", head(None, method="GET")[:-2], head("key", "Content-Length: 10") + b"x"]
        for data in unfinished * 2:
            stack.enter_context(Wire(server.port)).send(data)
        assert server.end(signal.SIGTERM) == 0
    assert "Traceback" not in server.output()


def test_a_malformed_setting_stops_the_start_and_names_itself(server: Server):
    assert server.refused(WAITRESS_THREADS="many") != 0
    assert "WAITRESS_THREADS is 'many'; expected a whole number of threads, 1 to 1000" in server.output()


class Server:
    def __init__(self, folder: Path, kind: str, processes: int) -> None:
        self.kind = kind
        self._processes = processes
        self._folder = folder
        self._log = folder / "log"
        self.working = folder / "working"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "tiny.py").write_text(APPLICATION)
        text = ini_with(kind)
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
        # Beside whatever the tests themselves are run with.
        modules = os.pathsep.join(filter(None, [str(self._folder), os.environ.get("PYTHONPATH")]))
        ours = {"PORT": str(self.port), "PYTHONPATH": modules, "WORKING": str(self.working)}
        ours["WEB_CONCURRENCY"] = str(self._processes)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [PSERVE, self._folder / "app.ini"],
                env={**os.environ, **ours, **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )


@pytest.fixture(
    params=[(kind, processes) for kind in SERVERS for processes in (1, 2)], ids=lambda both: "{}-{}".format(*both)
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, *request.param)
    yield made
    if made.process is not None:
        stop(made.process)

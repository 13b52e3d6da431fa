"""A ClickHouse of one's own for tests, to be stopped, killed and started."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .programs import MissingService, free_port, private_folder, start, stop, wait_until

_PROGRAM = Path(__file__).with_name("clickhouse_server.py")


class ClickHouse:
    """On a free port. What is in it outlives `kill` and `start`; each test names a database of its own."""

    def __init__(self, *, user: str | None = None, password: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._user, self._password = user, password
        self._resources = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Self:
        if find_spec("chdb") is None:
            raise MissingService("ClickHouse is missing: `make test` installs chdb-core, or pip install --no-deps it")
        folder = self._resources.enter_context(private_folder("clickhouse"))
        self._log = folder / "log"
        self._command = [sys.executable, "-P", _PROGRAM, str(self.port), str(folder / "data")]
        try:
            self.start()
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._resources.close()

    def start(self) -> None:
        account = {} if self._user is None else {"CLICKHOUSE_USER": self._user, "CLICKHOUSE_PASSWORD": self._password}
        self._process = start(self._command, log=self._log, environ=os.environ | account)
        wait_until(self._answers, self._process, self._log)

    def kill(self) -> None:
        """End it as a crash would; what it acknowledged it still has afterwards."""
        if self._process is not None:
            stop(self._process, signal.SIGKILL)

    def freeze(self) -> None:
        """Let it keep connections and answer nothing, until `thaw` or the end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def new_database(self) -> str:
        self._databases += 1
        return f"test_{self._databases}"

    def run(self, statement: str) -> None:
        self._post(statement)

    def rows(self, query: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._post(f"{query} FORMAT JSONEachRow").splitlines()]

    def _post(self, statement: str) -> bytes:
        token = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        question = urllib.request.Request(self.url, statement.encode(), {"Authorization": f"Basic {token}"})
        try:
            with urllib.request.urlopen(question, timeout=20) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/ping", timeout=5):
            return True
        return False

"""The demo's server: `logister serve` in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

START_SECONDS = 60
STOP_SECONDS = 20

# Thousands of lines "request done" would hide what the demo has to say, and two weeks told in a minute are no flood.
DEFAULTS = {
    "LOGISTER_LOG_LEVEL": "warn",
    "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS": "1000000",
    "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS": "1000000",
}


class ServerFailed(Exception):
    """It ended, or did not answer; what it printed says why."""


@contextlib.contextmanager
def running_server(ini_file: Path | None, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers on `port`, stopped at the end, also when this process is told to stop.

    What it prints goes to our standard error. Raises `ServerFailed`.
    """
    command = [sys.executable, "-m", "logister_core.cli", "serve", "--port", str(port)]
    command += ["-c", str(ini_file)] if ini_file is not None else []
    environ = DEFAULTS | os.environ
    process = subprocess.Popen(command, stdout=sys.stderr, env=environ)  # noqa: S603 - our own program
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        _wait_until_it_answers(process, port)
        yield process
    except KeyboardInterrupt:
        # Ctrl-C reaches the server as well; told twice it would not end in order.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        if process.poll() is None:
            process.terminate()
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerFailed("the server ended before it answered; see above")
        if _answers(port):
            return
        time.sleep(0.1)
    raise ServerFailed(f"the server does not answer on port {port}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/up")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)

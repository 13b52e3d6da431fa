"""The processes that are measured, and what they take."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from logister_core.bench.load import Load, LoadResult

START_SECONDS = 60
STOP_SECONDS = 20


class Child:
    """A running program of this package. Its standard output is ours to read, errors go to a file."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self._process = process
        self._errors = errors

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None, "started with a pipe"  # noqa: S101
        return self._process.stdout

    def peak_memory(self) -> int | None:
        """Largest resident size so far, bytes; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else None

    def cpu_seconds(self) -> float:
        """Processor time used so far; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def check(self) -> None:
        """Raise with the last words of a program that has ended."""
        if self._process.poll() is not None:
            raise click.ClickException(f"a process of the benchmark ended early: {self.last_words()}")

    def last_words(self) -> str:
        return self._errors.read_text(encoding="utf-8", errors="replace").strip()[-2000:] or "it said nothing"

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.output.close()


@contextmanager
def running(program: str, *arguments: str, environ: Mapping[str, str], folder: Path) -> Iterator[Child]:
    """A program of this package as a process of its own, stopped at the end."""
    errors = folder / f"{program}.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - programs of this package
            [sys.executable, "-m", f"logister_core.bench.{program}", *arguments],
            env=dict(environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    child = Child(process, errors)
    try:
        yield child
    finally:
        child.stop()


def await_port(child: Child, port: int) -> None:
    """Return when the child listens."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        child.check()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise click.ClickException(f"a server of the benchmark did not start: {child.last_words()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(load: Load) -> LoadResult:
    """Run the load generator to its end. Raises when it failed or anything but 201 was answered."""
    done = subprocess.run(
        [sys.executable, "-m", "logister_core.bench.load"],
        input=json.dumps(dataclasses.asdict(load)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"the load generator failed: {done.stderr.strip()[-1000:]}")
    result = LoadResult(**json.loads(done.stdout))
    if result.refused:
        raise click.ClickException(f"the server answered with other statuses than 201: {result.refused}")
    return result

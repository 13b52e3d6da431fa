"""The processes that are measured, and what they take."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
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
    """A running program of this package, and the processes it forks. Its standard output is ours to read, errors go
    to a file."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path) -> None:
        self._process = process
        self._errors = errors

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None, "started with a pipe"  # noqa: S101
        return self._process.stdout

    def memory(self) -> int | None:
        """Resident bytes of all its processes; None where the system does not tell."""
        # The 24th field of `stat`, in pages.
        pages = [int(fields[21]) for fields in self._members()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") if pages else None

    def cpu_seconds(self) -> float:
        """Processor time used so far by all its processes; 0 where the system does not tell."""
        ticks = sum(int(fields[11]) + int(fields[12]) for fields in self._members())
        return ticks / os.sysconf("SC_CLK_TCK")

    def _members(self) -> Iterator[list[str]]:
        """The fields of each process's `stat`, from the third on (proc(5))."""
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                if int(fields[2]) == self._process.pid:
                    yield fields

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
            # Its own process group, by which all that it forks is found.
            start_new_session=True,
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
    """Run the load generator to its end. Raises when it failed or anything but success was answered."""
    return Sending(load).result()


class Sending:
    """A load generator at work."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._process = subprocess.Popen(
            [sys.executable, "-m", "logister_core.bench.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None, "started with a pipe"  # noqa: S101
        self._process.stdin.write(json.dumps(dataclasses.asdict(load)))
        self._process.stdin.close()
        self._process.stdin = None

    def ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def result(self) -> LoadResult:
        """Wait for the end."""
        try:
            output, errors = self._process.communicate()
        except BaseException:
            self.stop()
            raise
        if self._process.returncode:
            raise click.ClickException(f"the load generator failed: {errors.strip()[-1000:]}")
        result = LoadResult(**json.loads(output))
        if result.refused:
            raise click.ClickException(
                f"the server refused {self._load.kind} of {self._load.size} KB: {result.refused}"
            )
        return result

"""Child processes that cannot outlive the tests, and what it takes to start servers as any user."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class MissingService(Exception):
    """A real part that the tests need cannot be had; the message names it and the ways to get it."""


@dataclass(frozen=True)
class Account:
    """Who runs a server. PostgreSQL refuses root, so root hands it to an account that may do little."""

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> Account | None:
        """None when we are an ordinary user already."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise MissingService("PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`")

    def can_reach(self, path: Path) -> bool:
        """Whether everybody, and so this account, may enter all folders above `path` and read it."""
        return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents) and bool(
            path.stat().st_mode & 0o004
        )


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    account: Account | None = None,
    environ: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server that writes to `log`, ignores our Ctrl-C (we stop it in order) and dies when we do.

    It leads a process group of its own, and gets our environment unless `environ` is another.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env=None if environ is None else dict(environ),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - two system calls, no locks taken
            **_as(account),
        )


def run(command: Sequence[str | Path], *, cwd: Path, account: Account | None = None) -> tuple[bool, str]:
    """Run a command to its end; whether it succeeded, and what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        text=True,
        check=False,
        **_as(account),
    )
    return done.returncode == 0, done.stdout


def stop(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM, *, seconds: float = 10) -> None:
    """Ask the process to end, and make it end when it takes longer than `seconds`."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30) -> None:
    """Wait for a server. Raises `MissingService` with the end of its log when it ends or does not become ready."""
    with contextlib.suppress(TimeoutError):
        for _ in ticks(seconds):
            if process.poll() is not None:
                break
            if ready():
                return
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise MissingService(f"{process.args[0]} did not start:\n{tail}")  # type: ignore[index]


def ticks(seconds: float) -> Iterator[None]:
    """Yield every 50 ms for as long as `seconds`, then raise TimeoutError."""
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.05)
    raise TimeoutError(f"not within {seconds} seconds")


@contextlib.contextmanager
def private_folder(name: str, account: Account | None = None) -> Iterator[Path]:
    """A temporary folder that belongs to `account`, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"logister-{name}-"))
    try:
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as(account: Account | None) -> dict[str, object]:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _die_with_parent() -> None:
    """On Linux, be told to stop when the parent is gone, however it went."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)

"""`python -m support [--durable] [--product] COMMAND…`: run a command with PostgreSQL, Redis and Chromium.

The command finds them in TEST_DATABASE_URL, TEST_REDIS_URL and TEST_CHROMIUM; with --product a fresh database and
the queue also in DATABASE_URL and REDIS_URL. --durable makes a private PostgreSQL wait for the disk. Everything
started is stopped when the command ends, also after Ctrl-C. Exit status: the command's; 2 when a part is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from . import chromium, environment, postgres, redis
from .programs import MissingService

_MEMORY, _ENOUGH = Path("/dev/shm"), 4 * 2**30
_NO_BROWSER = "BROWSER JOURNEYS DID NOT RUN: Chromium was not found (install it, or set TEST_CHROMIUM)."


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m support", description=__doc__)
    parser.add_argument("--durable", action="store_true")
    parser.add_argument("--product", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    # Shells let background commands ignore Ctrl-C, and so would the servers that the tests end with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environ = dict(os.environ)
    environment.settle(environ)
    browser = chromium.find_or_install_chromium()
    if browser is None and os.environ.get("CI") == "true":
        print(f"{_NO_BROWSER} With CI=true that is an error.", file=sys.stderr)
        return 2
    environ[chromium.VARIABLE] = browser or ""
    try:
        status = _run(options, environ)
    except MissingService as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if browser is None:
        print(f"\n*** {_NO_BROWSER} ***", flush=True)
    return status


def _run(options: argparse.Namespace, environ: dict[str, str]) -> int:
    with contextlib.ExitStack() as stack:
        if not environ.get(postgres.VARIABLE):
            # Ours alone, and gone with us: hundreds of databases need not be removed one by one.
            environ[postgres.DISPOSABLE] = "true"
        server = stack.enter_context(postgres.postgres(environ.get(postgres.VARIABLE), durable=options.durable))
        queue = stack.enter_context(redis.redis_url(environ.get(redis.VARIABLE)))
        environ |= {postgres.VARIABLE: server.url, redis.VARIABLE: queue}
        if not options.product:
            # Compiled templates, for the many servers and applications of a run. What is measured compiles its own.
            environ["CHAMELEON_CACHE"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="logister-templates-"))
            _keep_in_memory(environ, stack)
        if options.product:
            environ |= {"DATABASE_URL": server(), "REDIS_URL": queue}
        process = subprocess.Popen(options.command, env=environ)
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The terminal has told the command too; it gets the time to end in order.
                continue
            except SystemExit:
                process.terminate()
                process.wait()
                raise


def _keep_in_memory(environ: dict[str, str], stack: contextlib.ExitStack) -> None:
    """Files of tests need not reach a disk; waiting for it takes SQLite a seventh of its tests' time."""
    if "TMPDIR" in environ or not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="logister-tests-", dir=_MEMORY)))
    # PostgreSQL has its files below it and runs as another user.
    folder.chmod(0o711)
    environ["TMPDIR"] = str(folder)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(143)


sys.exit(main())

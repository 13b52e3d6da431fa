"""Plugins as they are in life: the example is built and installed by pip, found through its entry point, and run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from logister_core.plugins import GROUP
from support.programs import free_port, stop, ticks

EXAMPLE = Path(__file__).parents[1] / "plugins" / "example"

LOOK = """
import json, os, sys
from logister_core.app import make_application

def look(variables):
    registry = make_application({}, {**os.environ, **variables}).registry
    return {
        "plugins": [f"{plugin.name} {plugin.version}" for plugin in registry.plugins],
        "destinations": sorted(registry.destinations),
        "checks": sorted(registry.health_checks),
        "jobs": sorted(registry.recurring_jobs),
        "actors": sorted(registry.actors),
    }

print(json.dumps([look(variables) for variables in json.loads(sys.argv[1])]))
"""

SERVE = "import logister_core; logister_core.main({})"

NEEDS_A_LIBRARY = """
def includeme(config):
    try:
        import a_library_that_nobody_has
    except ImportError as error:
        raise ImportError("charts is switched on but its library is missing; install logister-charts[all]") from error
"""


@dataclass
class Python:
    """An interpreter in an empty folder, with a folder of installed plugins on its path."""

    folder: Path
    site: Path

    def environ(self, **variables: str) -> dict[str, str]:
        path = os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH")]))
        return {**os.environ, "PYTHONPATH": path, "LOGISTER_HOME": str(self.folder / "var"), **variables}

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environ(**variables),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def look(self, *variables: dict[str, str]) -> list[dict[str, Any]]:
        """What the applications of these variables are made of."""
        done = self.run("-c", LOOK, json.dumps(variables))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refusal(self, **variables: str) -> str:
        """What the server says when it does not start."""
        done = self.run("-c", SERVE, **variables)
        assert done.returncode != 0
        return done.stderr

    def logister(self, *arguments: str, stdin: str = "", **variables: str) -> dict[str, Any]:
        done = self.run("-m", "logister_core.cli", *arguments, "--json", stdin=stdin, **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def add_plugin(self, name: str, source: str) -> None:
        """Another installed distribution with one plugin, as installers leave it behind."""
        (self.site / f"{name}.py").write_text(source)
        information = self.site / f"{name}-2.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
        (information / "entry_points.txt").write_text(f"[logister.plugins]\n{name} = {name}\n")


def test_the_core_starts_without_any_plugin(bare: Python):
    [found] = bare.look({})
    assert found["plugins"] == []


def test_installed_is_not_active_and_an_explicit_no_of_its_own_variable_wins(python: Python):
    for found in python.look({}, {"LOGISTER_PLUGINS": "tally", "TALLY_ENABLED": "false"}):
        assert found["plugins"] == []
        assert "tally" not in [*found["destinations"], *found["checks"]]
        assert "tally_cleanup" not in found["jobs"]


def test_a_plugin_is_switched_on_by_name_or_by_its_own_variable(python: Python):
    ways = [{"LOGISTER_PLUGINS": "tally"}, {"TALLY_ENABLED": "yes"}, {"LOGISTER_PLUGINS": "tally, tally"}]
    for found in python.look(*ways):
        assert found["plugins"] == ["tally 1.0"]
        assert found["destinations"] == ["projector", "tally"]
        assert "tally" in found["checks"]
        assert "tally_cleanup" in found["jobs"]
        assert "logister_tally.actors.forget_old_batches" in found["actors"]


def test_a_name_that_is_not_installed_is_refused_with_those_that_are(python: Python, bare: Python):
    shipped = [point.name for point in entry_points(group=GROUP)]
    for where, wanted, names in ((python, "tale", [*shipped, "tally"]), (bare, "tally", shipped)):
        words = f"LOGISTER_PLUGINS names {wanted}; installed plugins: {', '.join(sorted(names))}"
        assert words in where.refusal(LOGISTER_PLUGINS=wanted)


def test_problems_of_its_settings_are_told_together_with_the_others(python: Python):
    words = python.refusal(TALLY_KEEP_DAYS="0", TALLY_ENABLED="maybe", PORT="none")
    assert "error: the configuration has 3 problems:" in words
    assert "PORT is 'none'; expected a whole number, 1 to 65535" in words
    assert "TALLY_ENABLED is 'maybe'; expected 1, true, yes, on or 0, false, no, off" in words
    assert "TALLY_KEEP_DAYS is '0'; expected a whole number of days, 1 to 3650" in words
    assert "Traceback" not in words


def test_a_missing_library_is_told_in_one_sentence_and_only_to_those_who_switched_the_plugin_on(python: Python):
    python.add_plugin("charts", NEEDS_A_LIBRARY)
    [found] = python.look({})
    assert found["plugins"] == []
    sentence = "charts is switched on but its library is missing; install logister-charts[all]"
    assert sentence in python.refusal(LOGISTER_PLUGINS="charts")


def test_a_package_without_includeme_is_no_plugin(python: Python):
    python.add_plugin("hollow", "")
    assert "the plugin hollow has no includeme(config)" in python.refusal()


def test_plugins_are_included_in_the_order_of_their_names(python: Python):
    for name in ("zebra", "ant"):
        python.add_plugin(name, "def includeme(config): pass\n")
    [found] = python.look({"LOGISTER_PLUGINS": "zebra,tally,ant"})
    assert found["plugins"] == ["ant 2.0", "tally 1.0", "zebra 2.0"]


def test_it_keeps_the_contracts(python: Python, built_example: Path):
    done = python.run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(built_example / "tests"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_running_server_delivers_to_it_shows_its_health_and_has_its_command(python: Python, server: Server):
    server.start(TALLY_ENABLED="true")
    account = ["--email", "ana@example.com", "--name", "Ana", "--password-stdin"]
    python.logister("user", "create", *account, stdin="correct horse battery\n")
    project = python.logister("project", "create", "--name", "Shop", "--owner", "ana@example.com")["uuid"]
    token = python.logister("api-key", "create", "--project", project, "--name", "tests")["token"]
    assert server.get("/health/tally") == (200, {"status": "ok", "batches": 0})
    for number in range(2):
        server.send(token, f"boom {number}")
    for _ in ticks(30):
        if server.get("/health/tally") == (200, {"status": "ok", "batches": 2}):
            break
    assert python.logister("tally", TALLY_ENABLED="true") == {project: 2}
    (python.folder / "var" / "tally.db").write_bytes(b"this is no database, as anybody can see" * 40)
    assert server.get("/health/tally") == (503, {"status": "degraded"})


def test_its_command_is_there_only_while_it_is_active(python: Python):
    assert "tally" in python.run("-m", "logister_core.cli", "--help", TALLY_ENABLED="true").stdout
    assert "tally" not in python.run("-m", "logister_core.cli", "--help").stdout
    assert "No such command 'tally'" in python.run("-m", "logister_core.cli", "tally").stderr


class Server:
    def __init__(self, python: Python) -> None:
        self._python = python
        self._log = python.folder / "log"
        self._port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **variables: str) -> None:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "logister_core.cli", "serve", "--port", str(self._port)],
                env=self._python.environ(**variables),
                cwd=self._python.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        for _ in ticks(60):
            assert self.process.poll() is None, self._log.read_text()
            with suppress(URLError):
                urlopen(self._url("/up")).close()
                return

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        try:
            with urlopen(self._url(path)) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def send(self, token: str, message: str) -> None:
        body = json.dumps({"event": {"event_type": "error", "message": message}}).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with urlopen(Request(self._url("/api/v1/ingest_events"), body, headers)) as answer:
            assert answer.status == 201

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"


@pytest.fixture(scope="module")
def built_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example's sources, since building leaves files behind."""
    return Path(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("example") / "tally"))


@pytest.fixture(scope="module")
def installed(built_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(site), str(built_example)],
        check=True,
        capture_output=True,
    )
    return site


@pytest.fixture
def python(installed: Path, tmp_path: Path) -> Python:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Python(folder, Path(shutil.copytree(installed, tmp_path / "site")))


@pytest.fixture
def bare(tmp_path: Path) -> Python:
    for name in ("empty", "nothing"):
        (tmp_path / name).mkdir()
    return Python(tmp_path / "empty", tmp_path / "nothing")


@pytest.fixture
def server(python: Python) -> Iterator[Server]:
    made = Server(python)
    yield made
    if made.process is not None:
        stop(made.process)

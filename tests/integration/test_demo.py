"""`logister demo`: everything is sent through the real client, stored, grouped, and not repeated."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.db.engine import make_engine
from logister_core.demo.state import DemoState
from logister_core.demo.story import SERVICES, reports
from logister_core.deployments.models import ProjectDeployment
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.body import context_of
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.monitors.models import CheckInMonitor
from logister_core.outbox.models import TelemetryFailure
from logister_core.projects.models import Project
from support.programs import free_port

SCALE = "0.05"

# Exception, title (its beginning), status, whether it came back after it had been closed.
GROUPS = {
    "webshop": {
        ("AttributeError", "'NoneType' object has no attribute 'email'", "unresolved", False),
        ("BadQuery", "cannot search for", "archived", False),
        ("CardDeclined", "the bank declined", "unresolved", False),
        ("GatewayTimeout", "no answer to the charge of", "unresolved", False),
        ("IntegrityError", "UNIQUE constraint failed: orders.number", "unresolved", False),
        ("JSONDecodeError", "Expecting value", "ignored", False),
        ("KeyError", "'NO'", "unresolved", True),
        ("UnicodeDecodeError", "'utf-8' codec can't decode byte", "unresolved", False),
        ("ZeroDivisionError", "integer division or modulo by zero", "resolved", False),
    },
    "storefront": {
        ("ChunkLoadError", "ChunkLoadError: Loading chunk 17 failed.", "ignored", False),
        ("QuotaExceededError", "QuotaExceededError: The quota has been exceeded.", "unresolved", False),
        ("ReferenceError", "ReferenceError: structuredClone is not defined", "unresolved", False),
        ("TypeError", "TypeError: Cannot read properties of undefined", "unresolved", True),
        ("TypeError", "TypeError: Failed to fetch", "unresolved", False),
    },
    "nightly": {
        ("ExportFailed", "", "unresolved", False),
        ("FileNotFoundError", "[Errno 2] No such file or directory", "unresolved", False),
        ("RecursionError", "maximum recursion depth exceeded", "resolved", False),
        ("ValueError", "", "unresolved", False),
    },
}


def test_everything_sent_is_stored_and_every_group_appears(demo: Demo):
    answer = demo.first
    with demo.database() as db:
        for service in SERVICES:
            project = db.scalars(select(Project).where(Project.name == service.project)).one()
            assert answer["projects"][service.key] == str(project.uuid)
            assert project.integration_kind == service.kind
            stored = sum(
                len(db.scalars(select(model.id).where(model.project_id == project.id)).all())
                for model in (IngestEvent, TraceSpan, ProjectDeployment)
            )
            assert stored == answer["sent"][service.key]
            groups = db.scalars(select(ErrorGroup).where(ErrorGroup.project_id == project.id)).all()
            assert_groups(groups, GROUPS[service.key])
        assert db.scalars(select(TelemetryFailure)).all() == []
        assert_monitors(db, demo.state().until)
        assert_person(db, answer)


def test_stacks_are_those_of_the_services_with_source_lines_and_variables(demo: Demo):
    with demo.database() as db:
        events = db.scalars(select(IngestEvent).where(IngestEvent.exception_class == "GatewayTimeout")).all()
        exception = context_of(events[0].body, db)["exception"]
        [recursion, *_] = db.scalars(select(IngestEvent).where(IngestEvent.exception_class == "RecursionError"))
        deep = context_of(recursion.body, db)["exception"]
        [crash, *_] = db.scalars(select(IngestEvent).where(IngestEvent.exception_class == "ReferenceError"))
        script = context_of(crash.body, db)["exception"]["frames"][0]
        logs = db.scalars(
            select(IngestEvent).where(IngestEvent.event_type == "log", IngestEvent.trace_id == events[0].trace_id)
        ).all()
        spans = db.scalars(select(TraceSpan)).all()
    own = [frame for frame in exception["frames"] if frame["filename"].startswith("/srv/webshop/")]
    assert [frame["name"] for frame in own] == ["handle", "checkout", "charge"]
    assert exception["qualified_class"] == "webshop.payments.GatewayTimeout"
    assert own[-1]["line"].startswith("raise GatewayTimeout(")
    assert "card_token" in own[-1]["locals"]
    assert exception["cause"]["class"] == "TimeoutError"
    assert len(deep["frames"]) + deep["frames_omitted"] > 900
    assert script["context_line"].strip() == "const copy = structuredClone(wishlist);"
    assert [log.request_id for log in logs] == [events[0].request_id]
    ids = {span.span_id for span in spans}
    assert all(span.parent_span_id in ids for span in spans if span.parent_span_id)
    # Some traces lead from the browser through the web shop.
    projects = {(span.trace_id, span.project_id) for span in spans}
    assert max(Counter(trace for trace, _ in projects).values()) == 2


def test_running_it_again_repeats_nothing(demo: Demo):
    before = demo.counts()
    second = demo.run()
    assert second["sent"] == {}
    assert (second["email"], second["password"]) == (demo.first["email"], demo.first["password"])
    assert demo.counts() == before


def test_an_interrupted_demo_is_continued(demo: Demo):
    before = demo.counts()
    # As if it had been killed between sending these and noting it.
    state = demo.state()
    state.sent, state.finished = state.sent - 150, False
    state.save(demo.home)
    demo.run()
    after = demo.counts()
    # The client gives check-ins no identity; a repeated one is stored, and changes no monitor.
    assert after.pop("check_in") >= before.pop("check_in")
    assert after == before


def test_the_story_is_the_same_for_the_same_end(demo: Demo):
    until = demo.state().until
    first, second = ([(r.at, r.service, r.release) for r in reports(until, 0.1)] for _ in range(2))
    assert first == second


def test_a_demo_whose_database_is_gone_begins_anew(demo: Demo):
    for file in demo.home.glob("logister.db*"):
        file.unlink()
    second = demo.run("0.01")
    assert second["sent"] != {}
    assert second["password"] != demo.first["password"]


def test_without_the_client_it_says_what_to_install(tmp_path: Path):
    demo = Demo(tmp_path)
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "logister.py").write_text("raise ImportError('not installed')\n")
    done = demo.process(PYTHONPATH=str(hidden))
    assert done.returncode == 1
    assert done.stderr == (
        "Error: the demo sends through the client: pip install 'logister[demo]' (it brings logister-python)\n"
    )
    assert not (demo.home / "demo.json").exists()


def assert_groups(groups: Any, expected: set[tuple[str, str, str, bool]]) -> None:
    assert len(groups) == len(expected)
    for exception, title, status, regressed in expected:
        [group] = [group for group in groups if group.subtitle == exception and group.title.startswith(title)]
        assert (group.status, group.regression_count) == (status, int(regressed)), exception
        assert group.occurrence_count >= 2


def assert_monitors(db: Session, until: Any) -> None:
    monitors = {monitor.slug: monitor for monitor in db.scalars(select(CheckInMonitor))}
    states = {slug: monitor.state_at(until).value for slug, monitor in monitors.items()}
    assert states == {
        "nightly-backup": "ok",
        "category-tree": "ok",
        "stock-sync": "ok",
        "invoice-export": "error",
        "price-feed": "missed",
    }


def assert_person(db: Session, answer: Any) -> None:
    user = db.scalars(select(User)).one()
    assert user.email == answer["email"]
    assert user.application_admin
    assert PasswordHasher().verify(user.password_hash, answer["password"])


class Demo:
    """The command in a folder, at a small scale, without staying; `first` is what it answered when run before."""

    def __init__(self, folder: Path, first: Any = None) -> None:
        self.first = first
        self.home = folder / "var"
        self._folder = folder

    def run(self, scale: str = SCALE) -> Any:
        done = self.process(scale)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def process(self, scale: str = SCALE, **environ: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "logister_core.cli", "demo", "--json", "--fill-only", "--scale", scale]
        return subprocess.run(
            [*command, "--port", str(free_port())],
            cwd=self._folder,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def state(self) -> DemoState:
        state = DemoState.load(self.home)
        assert state is not None
        return state

    @contextmanager
    def database(self) -> Iterator[Session]:
        engine = make_engine(f"sqlite:///{self.home / 'logister.db'}")
        with Session(engine) as session:
            yield session
        engine.dispose()

    def counts(self) -> dict[str, int]:
        """Stored events by type, and other rows by table."""
        with self.database() as db:
            found = Counter(db.scalars(select(IngestEvent.event_type)))
            for model in (TraceSpan, ProjectDeployment, ErrorGroup, Project, User, CheckInMonitor):
                found[model.__tablename__] = len(db.scalars(select(model.id)).all())
            found["occurrences"] = sum(db.scalars(select(ErrorGroup.occurrence_count)))
        return dict(found)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder in which the command has run once, and its answer."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, Demo(folder).run()


@pytest.fixture
def demo(finished: tuple[Path, Any], tmp_path: Path) -> Demo:
    folder, answer = finished
    return Demo(Path(shutil.copytree(folder, tmp_path / "folder")), answer)

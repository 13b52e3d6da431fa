"""The console's commands: answers, exit statuses and sentences, on both databases."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.api_keys.models import ApiKey
from logister_core.audit.models import AuditEntry
from logister_core.cli.console import console
from logister_core.db.migrate import upgrade
from logister_core.installation.models import Installation
from logister_core.mail.models import AccountMail
from logister_core.projects.models import Project
from logister_core.second_factors.models import AuthenticatorApp, RecoveryCode
from logister_core.security.tokens import digest
from support.instance import Databases

PASSWORD = "correct horse battery"
UNKNOWN = "0190163d-8694-739b-aea5-966c26f8ad91"


@dataclass
class Terminal:
    """Runs `logister …` in a folder of its own with the variables of `environ` and nothing else of ours."""

    environ: dict[str, str]

    def run(self, *arguments: str, input: str | None = None, **environ: str) -> Result:
        return CliRunner().invoke(console(), arguments, input=input, env=self.environ | environ)

    def json(self, *arguments: str, **options: Any) -> Any:
        result = self.run(*arguments, "--json", **options)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refusal(self, *arguments: str, **options: Any) -> str:
        """The sentence of a command that could not do what was asked, without `Error: `."""
        result = self.run(*arguments, **options)
        assert result.exit_code != 0
        assert result.stdout == ""
        [line] = result.stderr.splitlines()
        return line.removeprefix("Error: ")

    def person(self, email: str = "ana@example.com", *options: str) -> Any:
        arguments = ("user", "create", "--email", email, "--name", "Ana", "--password-stdin", *options)
        return self.json(*arguments, input=f"{PASSWORD}\n")

    def rows(self, model: Any) -> list[Any]:
        engine = create_engine(self.environ["DATABASE_URL"])
        with Session(engine, expire_on_commit=False) as session:
            found = list(session.scalars(select(model).order_by(model.id)))
        engine.dispose()
        return found


def test_an_account_made_on_the_console_can_sign_in(terminal: Terminal):
    answer = terminal.person("Ana@Example.com")
    [user] = terminal.rows(User)
    assert answer == {"uuid": str(user.uuid), "email": "ana@example.com", "name": "Ana", "admin": False}
    assert user.confirmed_at is not None
    assert PasswordHasher().verify(user.password_hash, PASSWORD)


def test_the_first_administrator_settles_the_set_up(terminal: Terminal):
    terminal.person("first@example.com")
    assert terminal.rows(Installation)[0].claimed_at is None
    (Path(terminal.environ["LOGISTER_HOME"]) / "setup-token").write_text("token")
    assert terminal.person("ana@example.com", "--admin")["admin"] is True
    assert terminal.person("bo@example.com", "--admin")["admin"] is True
    [installation] = terminal.rows(Installation)
    assert installation.claimed_by_user_id == terminal.rows(User)[1].id
    assert not (Path(terminal.environ["LOGISTER_HOME"]) / "setup-token").exists()


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("ana@example.com", PASSWORD, "There is an account with this e-mail address already."),
        ("ana", PASSWORD, "Enter an e-mail address."),
        ("bo@example.com", "short", None),
        ("bo@example.com", "", None),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_in_a_sentence(terminal: Terminal, email, password, sentence):
    terminal.person("ana@example.com")
    arguments = ("user", "create", "--email", email, "--name", "Ana", "--password-stdin")
    said = terminal.refusal(*arguments, input=f"{password}\n")
    assert said.endswith(".")
    assert sentence is None or said == sentence
    assert len(terminal.rows(User)) == 1


def test_a_password_is_only_taken_from_standard_input(terminal: Terminal):
    said = terminal.refusal("user", "create", "--email", "ana@example.com", "--name", "Ana")
    assert said == "give the password on standard input and say so with --password-stdin"


def test_somebody_who_lost_their_second_factors_is_let_back_in(terminal: Terminal):
    terminal.person()
    engine = create_engine(terminal.environ["DATABASE_URL"])
    with Session(engine) as session:
        user_id, now = session.scalars(select(User.id)).one(), datetime.now(UTC)
        session.add(AuthenticatorApp(user_id=user_id, sealed_secret="x", created_at=now, confirmed_at=now))
        session.add(RecoveryCode(user_id=user_id, digest="x", created_at=now))
        session.commit()
    engine.dispose()
    answer = terminal.json("user", "reset-second-factors", "--email", "Ana@example.com")
    assert answer["uuid"] == str(terminal.rows(User)[0].uuid)
    assert (terminal.rows(AuthenticatorApp), terminal.rows(RecoveryCode)) == ([], [])
    told = [(entry.action, entry.subject_label, entry.ip) for entry in terminal.rows(AuditEntry)]
    assert told == [
        ("account.created", "ana@example.com", "command line"),
        ("second_factor.reset", "ana@example.com", "command line"),
    ]
    assert [mail.kind for mail in terminal.rows(AccountMail)] == ["factors_reset"]
    # Again, with nothing left to take: nobody is told of what did not happen.
    terminal.json("user", "reset-second-factors", "--email", "ana@example.com")
    assert len(terminal.rows(AccountMail)) == 1
    said = terminal.refusal("user", "reset-second-factors", "--email", "bo@example.com")
    assert said == "there is no account with the address bo@example.com"


def test_a_project_and_its_key_are_made_for_scripts(terminal: Terminal):
    terminal.person()
    made = terminal.json("project", "create", "--name", "Web shop", "--owner", "ANA@example.com")
    [project] = terminal.rows(Project)
    assert made == {"uuid": str(project.uuid), "name": "Web shop", "slug": "web-shop", "kind": "python"}
    key = terminal.json("api-key", "create", "--project", made["uuid"], "--name", "ci")
    [stored] = terminal.rows(ApiKey)
    assert key == {"uuid": str(stored.uuid), "name": "ci", "project": made["uuid"], "token": key["token"]}
    assert stored.token_digest == digest(key["token"])
    assert key["token"].startswith("logister_")


def test_without_json_the_answer_is_a_line_for_each_value(terminal: Terminal):
    terminal.person()
    result = terminal.run("project", "create", "--name", "Web shop", "--owner", "ana@example.com", "--kind", "ruby")
    [project] = terminal.rows(Project)
    assert result.output == f"uuid: {project.uuid}\nname: Web shop\nslug: web-shop\nkind: ruby\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("project", "create", "--name", "Shop", "--owner", "bo@example.com"),
            "There is no account with the e-mail address bo@example.com.",
        ),
        (("project", "create", "--name", " ", "--owner", "ana@example.com"), "Give the project a name."),
        (
            ("project", "create", "--name", "Shop", "--owner", "ana@example.com", "--kind", "perl"),
            "There is no kind perl; expected one of http_api, python, javascript, ruby, dotnet, cfml, "
            "cloudflare_pages, android, ios.",
        ),
        (("api-key", "create", "--project", UNKNOWN, "--name", "ci"), f"There is no project {UNKNOWN}."),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(terminal: Terminal, arguments, sentence):
    terminal.person()
    assert terminal.refusal(*arguments) == sentence
    assert terminal.rows(Project) == []


def test_case_80_4_release_prepares_an_empty_database_and_a_second_run_changes_nothing(empty: Terminal):
    first = empty.json("release")
    second = empty.json("release")
    engine = create_engine(empty.environ["DATABASE_URL"])
    postgresql = engine.dialect.name == "postgresql"
    assert inspect(engine).has_table("ingest_events")
    engine.dispose()
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["revision_before"] is None
    assert first["revision"] == second["revision"] == second["revision_before"]
    assert bool(first["partitions_created"]) is postgresql
    assert second["partitions_created"] == []


def test_case_80_4_release_uses_the_migration_address(empty: Terminal, tmp_path: Path):
    nowhere = "postgresql://web:hidden@127.0.0.1:9/none"
    elsewhere = empty.environ["DATABASE_URL"]
    empty.json("release", DATABASE_URL=nowhere, DATABASE_MIGRATION_URL=elsewhere)
    engine = create_engine(elsewhere)
    assert not upgrade(engine)
    engine.dispose()


def test_releases_at_once_wait_for_each_other(empty: Terminal):
    command = [sys.executable, "-m", "logister_core.cli", "release", "--json"]
    environ = os.environ | empty.environ
    running = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(answer["changed"] for answer in answers) == [False, True]


def test_a_database_that_lacks_our_tables_is_told_apart_from_one_that_is_away(empty: Terminal):
    arguments = ("project", "create", "--name", "Shop", "--owner", "ana@example.com")
    if empty.environ["DATABASE_URL"].startswith("sqlite"):
        # Embedded: brought up to date by every command, as the server does.
        assert "no account" in empty.refusal(*arguments)
        return
    assert empty.refusal(*arguments) == "the database lacks tables of this release; run `logister release` first"


def test_a_database_that_is_away_is_a_sentence_without_the_password(terminal: Terminal):
    said = terminal.refusal(
        "project", "create", "--name", "Shop", "--owner", "a@b", DATABASE_URL="postgresql://a:hidden@127.0.0.1:9/b"
    )
    assert said.startswith("the database does not answer: ")
    assert "hidden" not in said


def test_a_malformed_setting_stops_every_command(terminal: Terminal):
    for command in (["serve"], ["worker"], ["release"], ["demo"]):
        result = terminal.run(*command, WAITRESS_THREADS="many")
        assert result.exit_code == 1
        assert "WAITRESS_THREADS is 'many'; expected a whole number of threads, 1 to 1000" in result.stderr


def test_a_worker_without_redis_says_who_does_the_work(terminal: Terminal):
    assert terminal.refusal("worker") == (
        "REDIS_URL is not set: without Redis the web process runs background work itself, and no worker is needed"
    )


def test_a_worker_does_not_take_an_unknown_queue(terminal: Terminal):
    said = terminal.refusal("worker", "--queues", "projector,mail", REDIS_URL="redis://127.0.0.1:9/0")
    assert said.startswith("there is no queue mail; queues: projector, notifications, mailers")


def test_the_demo_stays_out_of_production(terminal: Terminal):
    said = terminal.refusal("demo", LOGISTER_ENV="production", LOGISTER_SECRET_KEY="s" * 32)
    assert said.startswith("LOGISTER_ENV is production")


def test_the_ini_file_is_the_given_one_else_that_of_the_folder(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert terminal.refusal("release", "-c", "absent.ini") == "there is no file absent.ini"
    (folder / "development.ini").write_text("[app:main]\nuse = egg:logister\nlogister.waitress_threads = many\n")
    assert "logister.waitress_threads in the ini file" in terminal.run("release").stderr
    (folder / "other.ini").write_text("[app:main]\nuse = egg:logister\n")
    assert terminal.run("release", "-c", "other.ini").exit_code == 0


def test_an_ini_file_that_cannot_be_read_is_a_sentence(terminal: Terminal, tmp_path: Path):
    (tmp_path / "bad.ini").write_text("no section\n")
    result = terminal.run("release", "-c", str(tmp_path / "bad.ini"))
    assert result.exit_code == 1
    assert "bad.ini cannot be read: File contains no section headers" in result.stderr


def test_the_embedded_default_needs_neither_ini_file_nor_variables(tmp_path: Path):
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("LOGISTER", "DATABASE"))}
    command = [sys.executable, "-m", "logister_core.cli", "user", "create", "--email", "a@example.com"]
    command += ["--name", "Ana", "--password-stdin"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, input=PASSWORD, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "var").glob("*")) == [
        "logister.db",
        "logister.db.migrate-lock",
        "secret",
    ]


def test_help_and_version_import_nothing_heavy(tmp_path: Path):
    script = (
        "import sys\nfrom logister_core.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*{'sqlalchemy', 'pyramid', 'dramatiq'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--version"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    version, loaded = done.stdout.splitlines()
    assert version.startswith("logister ")
    assert loaded == ""


def test_every_command_is_listed_and_takes_the_common_options(terminal: Terminal):
    listed = terminal.run("--help").output
    commands = ("serve", "worker", "release", "user create", "project create", "api-key create", "demo")
    for command in commands:
        assert command.split()[0] in listed
        text = terminal.run(*command.split(), "--help").output
        assert "-c, --config FILE.ini" in text
        assert "--json" in text


PLUGIN = """
import click

def includeme(config):
    pass

def register_commands(cli):
    @cli.command()
    def ping():
        "Answer."
        click.echo("pong")
"""


def test_an_active_plugin_adds_commands_and_an_inactive_one_does_not(
    terminal: Terminal, plugin: Callable[[str, str], None]
):
    plugin("pinger", PLUGIN)
    assert terminal.run("ping", LOGISTER_PLUGINS="pinger").output == "pong\n"
    assert re.search(r"ping +Answer\.", terminal.run("--help", LOGISTER_PLUGINS="pinger").output)
    assert terminal.run("ping").exit_code == 2
    assert "ping" not in terminal.run("--help").output


def test_help_is_had_with_a_broken_configuration(terminal: Terminal, plugin: Callable[[str, str], None]):
    plugin("pinger", PLUGIN)
    assert terminal.run("--help", LOGISTER_PLUGINS="absent").exit_code == 0


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Install a plugin: its name and its source."""

    def install(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[logister.plugins]\n{name} = {name}\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The instance folder, in a current folder without an ini file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def terminal(database_kind: str, databases: Databases, home: Path) -> Terminal:
    """On a migrated database."""
    return Terminal({"DATABASE_URL": databases.fresh(database_kind, home), "LOGISTER_HOME": str(home)})


@pytest.fixture
def empty(database_kind: str, request: pytest.FixtureRequest, home: Path) -> Terminal:
    """On a database without tables."""
    if database_kind == "sqlite":
        url = f"sqlite:///{home / 'logister.db'}"
    else:
        url = request.getfixturevalue("postgres_server")()
    return Terminal({"DATABASE_URL": url, "LOGISTER_HOME": str(home)})

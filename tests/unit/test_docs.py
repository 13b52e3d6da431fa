"""Lists that the documentation repeats are those of the code."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import logister_core
import logister_core.testing
from logister_core import plugins
from logister_core.app import configure
from logister_core.cli.console import COMMANDS, console
from logister_core.db.metadata import metadata
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT
from logister_core.ingest.normalization.limits import PayloadLimits
from logister_core.ingest.normalization.structure import BYTES_PER_VALUE, SPARE_VALUES
from logister_core.settings import load_settings, with_secret_key
from logister_core.tasks.recurring import DAY, RecurringJob
from logister_core.types import Configurator, Registry
from support.shipped import all_variables

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = ROOT / "src" / "logister_core"
EXAMPLE = ROOT / "tests" / "plugins" / "example"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *EXAMPLE.glob("*.md")])
DECISIONS = sorted(set((DOCS / "decisions").glob("*.md")) - {DOCS / "decisions" / "README.md"})


def page(name: str) -> str:
    return (ROOT / name).read_text()


def table(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    below = f"\n{text}".split(f"\n{heading}\n", 1)[1].split("\n")
    start = next(number for number, line in enumerate(below) if line.startswith("|"))
    rows = []
    for line in below[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def names(cells: list[list[str]]) -> list[str]:
    """What stands in code marks in the first cell of each row."""
    return [name for row in cells for name in re.findall(r"`([^`]+)`", row[0])]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Of the core alone."""
    home = str(tmp_path_factory.mktemp("home"))
    return configure(with_secret_key(load_settings({}, {"LOGISTER_HOME": home})), []).registry


def test_the_configuration_page_lists_every_variable_and_no_other():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \| (.+?) \| (.+) \|$", page("docs/configuration.md"), re.MULTILINE)
    assert [row[0] for row in rows] == [variable.name for variable in all_variables()]
    for (name, default, expected, words), variable in zip(rows, all_variables(), strict=True):
        assert default == (f"`{variable.default}`" if variable.default else "none"), name
        assert expected == variable.kind.expected, name
        assert [alias for alias in variable.aliases if f"`{alias}`" not in words] == [], name
        assert ("Secret." in words) == variable.secret, name


def test_every_variable_that_a_page_mentions_exists():
    known = {name for variable in all_variables() for name in (variable.name, *variable.aliases)}
    client = {"LOGISTER_API_KEY", "LOGISTER_BASE_URL", "LOGISTER_ENDPOINT"}
    mentioned = {
        (path.name, name)
        for path in PAGES
        for name in re.findall(r"\b(?:LOGISTER|DATABASE|REDIS|DB|DRAMATIQ|WAITRESS)_[A-Z_]+\b", path.read_text())
    }
    assert {(where, name) for where, name in mentioned if name not in known | client} == set()


def test_the_health_page_lists_every_check(registry: Registry):
    listed = table(page("docs/operations.md"), "## Health")
    assert names(listed) == ["GET /up", *(f"GET /health/{name}" for name in registry.health_checks), "GET /health/NAME"]


def test_the_operations_page_lists_every_recurring_job_and_when_it_runs(registry: Registry):
    rows = table(page("docs/operations.md"), "## Recurring jobs")
    listed = {row[0].strip("`"): row[1] for row in rows}
    assert listed == {job.name: when(job) for job in registry.recurring_jobs.values()}


def when(job: RecurringJob) -> str:
    if job.every == DAY:
        return f"daily at {job.at:%H:%M}"
    minutes = job.every // timedelta(minutes=1)
    return {1: "every minute", 60: "every hour"}.get(minutes, f"every {minutes} minutes")


def test_the_log_words_worth_an_alert_are_logged():
    logged = "\n".join(file.read_text() for file in (ROOT / "src").rglob("*.py"))
    words = names(table(page("docs/operations.md"), "## Logs"))
    assert len(words) >= 5
    assert [word for word in words if f'"{word}' not in logged] == []


def test_the_readme_lists_every_console_command_with_options_that_exist():
    listed = [row[0].strip("`") for row in table(page("README.md"), "## Console")]
    group = console()
    documented = []
    for usage in listed:
        program, *words = usage.split(" [")[0].split(" --")[0].split()
        assert program == "logister"
        documented.append(" ".join(words))
        options = re.findall(r"--[a-z-]+", usage)
        if options:
            command = group.get_command(group.make_context("logister", ["--", words[0]]), words[0])
            command = command.commands[words[1]] if len(words) > 1 else command
            known = {option for parameter in command.params for option in parameter.opts}
            assert set(options) - known == set(), usage
            required = {parameter.opts[0] for parameter in command.params if parameter.required}
            assert required - set(options) == set(), usage
    assert [command.split()[0] for command in documented] == list(COMMANDS)


def test_the_plugin_page_lists_every_hook():
    text = page("docs/plugins.md")
    assert names(table(text, "## What a plugin is")) == [
        "includeme(config)",
        "Settings",
        "wanted(settings)",
        "register_commands(cli)",
    ]
    for hook in ("includeme(config)", "Settings", "wanted(settings", "register_commands(cli)"):
        assert f"`{hook}" in plugins.__doc__
    listed = set(re.findall(r"^\| `config\.(\w+)\(", text, re.MULTILINE))
    assert listed == set(Configurator.__annotations__) - {"registry"}


def test_the_plugin_page_lists_every_contract_kit():
    kits = [name for name in logister_core.testing.__all__ if name.endswith("Contract")]
    listed = names(table(page("docs/plugins.md"), "## Tests"))
    assert sorted(listed) == sorted(kits)


def test_the_code_of_the_plugin_page_is_that_of_the_tested_example():
    blocks = re.findall(r"^`([^`\n]+)`\n\n```\w+\n(.*?)\n```$", page("docs/plugins.md"), re.MULTILINE | re.DOTALL)
    for path, code in blocks:
        assert code == (EXAMPLE / path).read_text().rstrip("\n"), path
    written = {file.relative_to(EXAMPLE).as_posix() for file in EXAMPLE.rglob("*.py")} | {"pyproject.toml"}
    assert {path for path, _ in blocks} == written


def test_the_missing_library_of_the_plugin_page_is_tested():
    [snippet] = re.findall(r"```python\n(def includeme.*?)```", page("docs/plugins.md"), re.DOTALL)
    assert snippet in page("tests/integration/test_plugins.py")


def test_the_api_page_lists_every_endpoint(registry: Registry):
    routes = [entry["introspectable"] for entry in registry.introspector.get_category("routes")]
    served = {
        f"{method} {route['pattern'].partition('{')[0]}"
        for route in routes
        if route["pattern"].startswith("/api/")
        for method in route["request_methods"]
        if method not in ("OPTIONS", "HEAD")
    }
    assert sorted(names([row[:1] for row in table(page("docs/http-api.md"), "# HTTP API")])) == sorted(served)


def test_the_api_page_tells_the_limits():
    limits = PayloadLimits()
    rows = table(page("docs/http-api.md"), "## Limits")
    told = {row[0].strip("`"): int(row[1]) for row in rows}
    assert told.pop("request_bytes") == REQUEST_BYTES_LIMIT
    assert told.pop("value_count") == SPARE_VALUES
    assert [row[2] for row in rows if f"one more for each {BYTES_PER_VALUE} bytes" in row[2]]
    assert told == {name: getattr(limits, name) for name in limits.__slots__}


def test_the_api_page_tells_the_limits_of_batches(registry: Registry):
    batch = registry.intake.batch_limits
    text = page("docs/http-api.md").split("## Batches")[1]
    told = dict(re.findall(r"^\| `([a-z_]+)` \| ([0-9]+) \|", text, re.MULTILINE)[:3])
    assert told == {
        "event_count": str(batch.events),
        "decompressed_bytes": str(batch.decompressed_bytes),
        "compressed_bytes": str(batch.wire_bytes),
    }


def test_the_api_page_tells_the_rate_limits(registry: Registry):
    intake = registry.logister_settings.intake
    told = [int(row[1]) for row in table(page("docs/http-api.md"), "## Rate limits")]
    limits = (intake.pre_auth_limit_requests, intake.rate_limit_requests, intake.auth_failure_limit_requests)
    assert tuple(told) == limits
    assert f"windows of {intake.rate_limit_period} seconds" in page("docs/http-api.md")


def test_the_api_page_lists_every_code_with_its_status_and_its_help(registry: Registry):
    documented = {
        (example["value"]["code"], status, example["value"]["help"])
        for path, item in registry.openapi["paths"].items()
        if not path.startswith("/api/v1/cli/")
        for status, response in item["post"]["responses"].items()
        for example in response["content"]["application/json"]["examples"].values()
        if "code" in example["value"]
    }
    rows = table(page("docs/http-api.md"), "## What is refused")
    assert {(code.strip("`"), status, sentence) for code, status, sentence in rows} == documented


def test_the_architecture_page_names_every_table_and_every_folder():
    text = page("docs/architecture.md")
    assert [name for name in metadata.tables if f"`{name}`" not in text] == []
    folders = [folder.parent.name for folder in SOURCES.glob("*/__init__.py")]
    assert [name for name in folders if f"`{name}/" not in text] == []


def test_files_that_the_architecture_page_names_exist():
    named = re.findall(r"\b([a-z_]+(?:/[a-z_]+)+(?:\.py|/))", page("docs/architecture.md"))
    missing = [path for path in named if not (SOURCES / path).exists() and not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path: Path):
    targets = re.findall(r"\]\(([^)#]+)", path.read_text())
    assert [target for target in targets if "://" not in target and not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_tells_context_decision_and_consequences_and_is_listed(path: Path):
    assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == ["Context", "Decision", "Consequences"]
    title = path.read_text().split("\n", 1)[0].removeprefix("# ")
    assert f"[{title}]({path.name})" in page("docs/decisions/README.md")


def test_the_changelog_and_the_readme_are_about_this_version():
    newest = re.search(r"^## (\S+?),? ", page("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == logister_core.__version__
    assert set(re.findall(r"logister-([\d.]+)-py3", page("README.md"))) == {logister_core.__version__}

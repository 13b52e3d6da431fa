"""What every plugin is, whatever it does."""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from logister_core.app import configure
from logister_core.plugins import ActivePlugin
from logister_core.settings import Settings, load_settings, variables, with_secret_key
from logister_core.tasks.actors import actor_name
from logister_core.types import Registry

# What commands must not load before one of them runs: each costs everybody who types `logister`.
HEAVY = ("pyramid", "dramatiq", "sqlalchemy.orm", "alembic")

_COMMANDS = """
import sys
import click
import logister_core.settings
before = set(sys.modules)
import {module} as plugin
group = click.Group()
owners = [one for one in (plugin, getattr(plugin, "Settings", None)) if hasattr(one, "register_commands")]
for owner in owners:
    owner.register_commands(group)
print(*sorted(set(sys.modules) - before))
print(*sorted(group.commands))
print(len(owners))
"""


class PluginContract:
    """Provide the fixture `plugin`, and `environ` when the plugin needs more than being named."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        """The package that the entry point names."""
        raise NotImplementedError("provide `plugin`, see PluginContract")

    @pytest.fixture
    def environ(self) -> dict[str, str]:
        """Variables with which the plugin is switched on."""
        return {}

    @pytest.fixture
    def load(self, plugin: ModuleType) -> Callable[[dict[str, str]], Settings]:
        """Reads the core's settings and the plugin's."""
        sections = [plugin.Settings] if hasattr(plugin, "Settings") else []
        return lambda environ: load_settings({}, environ, extra_sections=sections)

    @pytest.fixture
    def registry(
        self, plugin: ModuleType, load: Callable[[dict[str, str]], Settings], environ: dict[str, str], tmp_path: Path
    ) -> Registry:
        """Of the application with this plugin. Nothing is started and no connection made."""
        settings = with_secret_key(load({"LOGISTER_HOME": str(tmp_path / "home")} | environ))
        return configure(settings, [ActivePlugin(plugin.__name__, "0", plugin)]).registry

    def test_it_can_be_included(self, plugin: ModuleType, registry: Registry) -> None:
        assert [active.module for active in registry.plugins] == [plugin]

    def test_its_settings_are_a_frozen_dataclass_that_is_good_by_default(
        self, plugin: ModuleType, load: Callable[[dict[str, str]], Settings]
    ) -> None:
        if not hasattr(plugin, "Settings"):
            return
        section = load({}).section(plugin.Settings)
        assert dataclasses.is_dataclass(section)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(section, dataclasses.fields(section)[0].name, None)

    def test_its_variables_are_its_own_and_explained(self, plugin: ModuleType) -> None:
        if not hasattr(plugin, "Settings"):
            return
        taken = {name for variable in variables() for name in (variable.name, *variable.aliases)}
        for variable in variables([plugin.Settings]):
            assert not taken & {variable.name, *variable.aliases}, f"{variable.name} is the core's"
            assert variable.help, f"{variable.name} has no help"

    def test_installed_alone_does_not_switch_it_on(
        self, plugin: ModuleType, load: Callable[[dict[str, str]], Settings]
    ) -> None:
        if hasattr(plugin, "wanted"):
            assert plugin.wanted(load({}).section(plugin.Settings)) is not True

    def test_its_recurring_jobs_are_actors(self, registry: Registry) -> None:
        for job in registry.recurring_jobs.values():
            assert actor_name(job.function) in registry.actors, f"{job.name}: scan or add_actor its function"

    def test_its_commands_are_cheap(self, plugin: ModuleType) -> None:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-c", _COMMANDS.format(module=plugin.__name__)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        loaded, commands, owners = done.stdout.split("\n")[:3]
        heavy = [name for name in loaded.split() if name.startswith(tuple(f"{part}." for part in HEAVY))]
        assert not heavy, f"import these in the functions that need them: {', '.join(heavy)}"
        assert bool(commands) == (owners != "0")

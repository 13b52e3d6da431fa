"""The table of commands. Each lives in a module of its own that is imported when the command is called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from logister_core import __version__
from logister_core.cli.refusals import sentence

# Name, where the click command is, and what the list of commands says about it.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("logister_core.cli.serve:serve", "Run the web server."),
    "worker": ("logister_core.cli.worker:worker", "Run background work, taken from Redis."),
    "release": ("logister_core.cli.release:release", "Bring the database to this release."),
    "user": ("logister_core.cli.users:user", "Make accounts, let people back into theirs."),
    "project": ("logister_core.cli.projects:project", "Make projects."),
    "api-key": ("logister_core.cli.api_keys:api_key", "Make API keys."),
    "secrets": ("logister_core.cli.secrets:secrets", "Change the root secret."),
    "demo": ("logister_core.cli.demo:demo", "Run the server with two weeks of telemetry to look at."),
    "bench": ("logister_core.bench.command:bench", "Measure intake and drain."),
}

_INI_FILE = "logister_core.cli.ini_file"


def console() -> Console:
    """A new group; plugins add their commands to it."""
    return Console(
        name="logister",
        help="Error monitoring on your own server. `logister COMMAND --help` tells more.",
        context_settings={"help_option_names": ["-h", "--help"]},
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help="Show the version and exit.",
            )
        ],
    )


class Console(click.Group):
    """`add_command` is how plugins extend it; the names of the table stay ours."""

    _plugins_asked = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Which plugins are active is written in the ini file, which only the commands take.
        ctx.meta[_INI_FILE] = _ini_file_of(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            reason = sentence(error)
            if reason is None:
                raise
            raise click.ClickException(reason) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(self.commands.keys() - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        self._ask_plugins(ctx)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing the commands."""
        try:
            self._ask_plugins(ctx)
        except Exception as error:
            # Help must be had with a broken configuration too; every command will say what is wrong with it.
            if sentence(error) is None and not isinstance(error, click.ClickException):
                raise
        rows = [(name, line) for name, (_, line) in COMMANDS.items()]
        rows += [(name, self.commands[name].get_short_help_str()) for name in self.list_commands(ctx)[len(COMMANDS) :]]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _ask_plugins(self, ctx: click.Context) -> None:
        """Let plugins add their commands, once. Raises `SettingsError`."""
        if self._plugins_asked:
            return
        self._plugins_asked = True
        from logister_core import plugins
        from logister_core.cli.configuration import find_ini_file, ini_settings

        found = find_ini_file(ctx.meta[_INI_FILE])
        settings, active = plugins.load(ini_settings(found), os.environ, whole=False)
        for plugin in [*(plugin.module for plugin in active), *settings.given.sections]:
            if hasattr(plugin, "register_commands"):
                plugin.register_commands(self)


def _ini_file_of(args: list[str]) -> str | None:
    for word, following in zip(args, [*args[1:], None], strict=True):
        if word in ("-c", "--config"):
            return following
        if word.startswith("--config="):
            return word.removeprefix("--config=")
    return None


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"logister {__version__}")
        ctx.exit()

"""Plugins: found through entry points, switched on through settings.

An entry point of group `logister.plugins` names a package. It must have `includeme(config)`; it may have

- `Settings`: a frozen dataclass made with `logister_core.settings.setting`, checked together with ours;
- `wanted(settings: Settings) -> bool | None`: what its own enabling variable says; None when it says nothing;
- `register_commands(cli)`: adds commands to the `logister` console (a click group).

Installed is not active: a plugin is included when LOGISTER_PLUGINS names it or `wanted` says yes, and a no of
`wanted` wins. The order is by name, so that start-up is the same everywhere. Core never imports a plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any

from logister_core.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from logister_core.types import Configurator

GROUP = "logister.plugins"


@dataclass(frozen=True)
class ActivePlugin:
    name: str
    version: str
    module: ModuleType


def load(
    ini: Mapping[str, str],
    environ: Mapping[str, str],
    saved: Callable[[Settings], Mapping[str, str]] | None = None,
    *,
    whole: bool = True,
) -> tuple[Settings, list[ActivePlugin]]:
    """Settings with the sections of all installed plugins, and the plugins that are switched on.

    `saved` finds what is saved besides, once it is known where; not `whole` says that somebody will look for it later.
    Raises `SettingsError` when LOGISTER_PLUGINS names what is not installed, or when a plugin lacks its library (it
    raises ImportError with the sentence that says what to install).
    """
    installed = {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}
    modules = {name: _import(point) for name, point in installed.items()}
    sections = [module.Settings for module in modules.values() if hasattr(module, "Settings")]
    settings = load_settings(ini, environ, extra_sections=sections, whole=whole and saved is None)
    if saved is not None:
        settings = settings.with_saved(saved(settings))
    missing = [name for name in settings.runtime.plugins if name not in installed]
    if missing:
        known = ", ".join(installed) or "none"
        raise SettingsError([f"LOGISTER_PLUGINS names {', '.join(missing)}; installed plugins: {known}"])
    active = [
        ActivePlugin(name, _version(installed[name]), module)
        for name, module in modules.items()
        if _switched_on(name, module, settings)
    ]
    return settings, active


def include(config: Configurator, plugins: list[ActivePlugin]) -> None:
    config.registry.plugins = plugins
    for plugin in plugins:
        try:
            config.include(plugin.module)
        except ImportError as error:
            raise SettingsError([f"the plugin {plugin.name} cannot be used: {error}"]) from error


def _import(point: EntryPoint) -> ModuleType:
    try:
        module: Any = point.load()
    except ImportError as error:
        raise SettingsError([f"the plugin {point.name} cannot be loaded: {error}"]) from error
    if not isinstance(module, ModuleType) or not hasattr(module, "includeme"):
        raise SettingsError([f"the plugin {point.name} has no includeme(config)"])
    return module


def _switched_on(name: str, module: ModuleType, settings: Settings) -> bool:
    if hasattr(module, "wanted"):
        wanted: bool | None = module.wanted(settings.section(module.Settings))
        if wanted is not None:
            return wanted
    return name in settings.runtime.plugins


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist is not None else "unknown"

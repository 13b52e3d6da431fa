"""Android and iOS events: the same nested objects whichever spelling an SDK used (§5.6).

Flat fields stay where they are. An object is only filled in; a client's own value always stays, and where it
sent something that is no object (`"device": "Pixel 8"`), that is left alone.
"""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.normalization.values import Path, at, dotted, is_blank, positive_integer

BREADCRUMBS_KEPT: Final = 100
BREADCRUMB_DATA_KEPT: Final = 20
FEATURE_FLAGS_KEPT: Final = 50
_BREADCRUMB_KEYS: Final = ("timestamp", "occurred_at", "category", "level", "message", "data")

_Table = dict[str, dict[str, tuple[Path, ...]]]

_APP: Final = {
    "version_name": dotted("app.version_name", "app_version"),
    "version_code": dotted("app.version_code", "build_number"),
    "process": dotted("app.process", "process_name"),
    "screen": dotted("app.screen", "screen_name"),
    "in_foreground": dotted("app.in_foreground", "in_foreground"),
}
_SESSION: Final[_Table] = {
    "session": {"id": dotted("session.id", "session_id")},
    "installation": {"id_hash": dotted("installation.id_hash", "installation_id_hash")},
}
_ANDROID: Final[_Table] = {
    "app": {
        "identifier": dotted("app.identifier", "app.package_name", "package_name", "service"),
        "package_name": dotted("app.package_name", "package_name", "service"),
        **_APP,
        "build_type": dotted("app.build_type", "build_type"),
    },
    "device": {
        "manufacturer": dotted("device.manufacturer", "device_manufacturer"),
        "brand": dotted("device.brand", "device_brand"),
        "model": dotted("device.model", "device_model"),
        "form_factor": dotted("device.form_factor", "device_form_factor"),
        "locale": dotted("device.locale", "locale"),
    },
    "os": {
        "name": dotted("os.name", "os_name"),
        "version": dotted("os.version", "os_version"),
        "api_level": dotted("os.api_level", "android_api_level"),
    },
    "distribution": {"track": dotted("distribution.track", "distribution_track")},
    **_SESSION,
}
_IOS: Final[_Table] = {
    "app": {
        "identifier": dotted("app.identifier", "app.package_name", "bundle_identifier", "service"),
        "package_name": dotted("app.package_name", "app.identifier", "bundle_identifier", "service"),
        **_APP,
    },
    "device": {
        "model": dotted("device.model", "device_model"),
        "family": dotted("device.family", "device_family"),
        "architecture": dotted("device.architecture", "architecture", "cpu_architecture"),
        "locale": dotted("device.locale", "locale"),
    },
    "os": {
        "name": dotted("os.name", "os_name"),
        "version": dotted("os.version", "ios_version", "os_version"),
        "build": dotted("os.build", "os_build"),
    },
    "distribution": {
        "channel": dotted("distribution.channel", "distribution.track", "distribution_channel", "distribution_track")
    },
    **_SESSION,
    "diagnostic": {
        name: dotted(f"diagnostic.{name}", f"diagnostic_{name}")
        for name in ("source", "kind", "external_id", "signature", "occurred_at")
    },
    "symbolication": {
        "status": dotted("symbolication.status", "symbolication_status"),
        "artifact_id": dotted("symbolication.artifact_id", "symbol_artifact_id"),
        "missing_uuids": dotted("symbolication.missing_uuids", "missing_symbol_uuids"),
    },
}
_OS_NAMES: Final = {"android": "Android", "ios": "iOS"}
_IOS_MECHANISMS: Final = {
    "reported_error": "handled_exception",
    "crash": "native_crash",
    "hang": "hang",
    "watchdog": "watchdog_termination",
    "watchdog_termination": "watchdog_termination",
    "memory_termination": "memory_termination",
    "excessive_cpu": "resource_diagnostic",
    "excessive_disk_writes": "resource_diagnostic",
    "slow_launch": "performance_diagnostic",
    "disk_write_exception": "disk_write_exception",
    "launch_failure": "launch_failure",
}
_BOOLEANS: Final = {True: True, False: False, "true": True, "false": False}


def canonicalize(context: dict[str, Any]) -> None:
    """Bring the context of an Android or iOS event into its canonical form, in place; others stay as sent."""
    platform = context.get("platform")
    platform = platform.strip().lower() if isinstance(platform, str) else None
    if platform not in _OS_NAMES:
        return
    context["telemetry_schema_version"] = positive_integer(context.get("telemetry_schema_version")) or 1
    for name, members in (_ANDROID if platform == "android" else _IOS).items():
        _fill(context, name, {member: _first(context, paths) for member, paths in members.items()})
    system = context.get("os")
    if system is None or (isinstance(system, dict) and is_blank(system.get("name"))):
        _fill(context, "os", {"name": _OS_NAMES[platform]})
    if platform == "ios" and is_blank(context.get("apple_platform")):
        context["apple_platform"] = _first(context, dotted("apple_os")) or "ios"
    _fill(context, "error", _error(context, platform))
    if "breadcrumbs" in context:
        context["breadcrumbs"] = _breadcrumbs(context["breadcrumbs"])
    if "feature_flags" in context:
        context["feature_flags"] = _feature_flags(context["feature_flags"])


def _first(context: dict[str, Any], paths: tuple[Path, ...]) -> Any:
    """The first value that is neither blank nor an object."""
    for path in paths:
        value = at(context, path)
        if not is_blank(value) and not isinstance(value, dict):
            return value
    return None


def _fill(context: dict[str, Any], name: str, members: dict[str, Any]) -> None:
    """A new object with the client's members and ours; the sent one may be shared with an alias."""
    existing = context.get(name)
    if not is_blank(existing) and not isinstance(existing, dict):
        return
    found = {key: value for key, value in members.items() if value is not None}
    if found:
        context[name] = {**(existing or {}), **found}


def _error(context: dict[str, Any], platform: str) -> dict[str, Any]:
    has_exception = isinstance(context.get("exception"), dict)
    mechanism = _first(context, dotted("error.mechanism", "error_mechanism"))
    if mechanism is None and platform == "ios":
        kind = at(context, ("diagnostic", "kind"))
        mechanism = _IOS_MECHANISMS.get(kind) if isinstance(kind, str) else None
    if mechanism is None and has_exception:
        mechanism = "handled_exception"
    handled = _boolean(context, "handled")
    if handled is None and has_exception and mechanism == "handled_exception":
        # An exception that the SDK reported through another mechanism was, as far as we know, not handled.
        handled = True
    members = {
        "mechanism": mechanism,
        "handled": handled,
        "user_perceived": _boolean(context, "user_perceived"),
    }
    if platform == "ios":
        members["fatal"] = _boolean(context, "fatal")
    return members


def _boolean(context: dict[str, Any], name: str) -> bool | None:
    for path in (("error", name), (name,)):
        value = at(context, path)
        if isinstance(value, (bool, str)) and value in _BOOLEANS:
            return _BOOLEANS[value]
    return None


def _breadcrumbs(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    kept = []
    for crumb in [item for item in value if isinstance(item, dict)][-BREADCRUMBS_KEPT:]:
        members = {key: crumb[key] for key in _BREADCRUMB_KEYS if key in crumb}
        if "data" in members:
            members["data"] = _head(members["data"], BREADCRUMB_DATA_KEPT)
        kept.append(members)
    return kept


def _feature_flags(value: object) -> Any:
    return _head(value, FEATURE_FLAGS_KEPT) if isinstance(value, (dict, list)) else []


def _head(value: Any, limit: int) -> Any:
    if isinstance(value, dict):
        return dict(list(value.items())[:limit])
    if isinstance(value, list):
        return value[:limit]
    return value

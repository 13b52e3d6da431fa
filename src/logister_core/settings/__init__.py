"""Typed settings: `load_settings(ini, os.environ)` gives one `Settings` object or lists every problem.

Code asks for `settings.runtime.port`; names of variables live in `sections`, how they are read in `fields`,
where they come from in `loader`, the generated secret in `instance`. A plugin writes its own frozen
dataclass with `setting(...)` fields and hands it over as an extra section.
"""

from __future__ import annotations

from .cli import CliSettings
from .fields import (
    Kind,
    Saved,
    Variable,
    boolean,
    choice,
    email,
    emails,
    integer,
    names,
    networks,
    path,
    setting,
    text,
    url,
)
from .given import Given, Origin, Source
from .instance import with_secret_key
from .loader import CORE_SECTIONS, Settings, SettingsError, load_section, load_settings, variables
from .mail import MailSettings
from .oidc import OIDCSettings
from .sections import (
    DatabaseSettings,
    IntakeSettings,
    ProductSettings,
    RuntimeSettings,
    SelfObservabilitySettings,
    TaskSettings,
    UpdateSettings,
    database_url,
)

__all__ = [
    "CORE_SECTIONS",
    "CliSettings",
    "DatabaseSettings",
    "Given",
    "IntakeSettings",
    "Kind",
    "MailSettings",
    "OIDCSettings",
    "Origin",
    "ProductSettings",
    "RuntimeSettings",
    "Saved",
    "SelfObservabilitySettings",
    "Settings",
    "SettingsError",
    "Source",
    "TaskSettings",
    "UpdateSettings",
    "Variable",
    "boolean",
    "choice",
    "database_url",
    "email",
    "emails",
    "integer",
    "load_section",
    "load_settings",
    "names",
    "networks",
    "path",
    "setting",
    "text",
    "url",
    "variables",
    "with_secret_key",
]

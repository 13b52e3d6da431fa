"""What operators wrote down, and which of it counts: environment, then ini file, then what was saved, then default."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from .fields import Variable


class Source(StrEnum):
    ENVIRONMENT = "environment"
    INI = "ini"
    DATABASE = "database"
    DEFAULT = "default"


@dataclasses.dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from. `name` is the variable or the key that says so; `text` is never blank, but of a
    default it may be None."""

    source: Source
    name: str
    text: str | None

    @property
    def overrides(self) -> bool:
        """Whether it wins over what is saved."""
        return self.source in (Source.ENVIRONMENT, Source.INI)


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """`saved` has texts by the keys of `Saved`; `sections` are the dataclasses that were asked for."""

    ini: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    environ: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    saved: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    sections: tuple[type, ...] = ()

    def origin(self, variable: Variable) -> Origin:
        for name in (variable.name, *variable.aliases):
            text = self.environ.get(name, "").strip()
            if text:
                return Origin(Source.ENVIRONMENT, name, text)
        text = str(self.ini.get(variable.ini_key) or "").strip()
        if text:
            return Origin(Source.INI, variable.ini_key, text)
        text = "" if variable.saved is None else self.saved.get(variable.saved.key, "").strip()
        if text:
            return Origin(Source.DATABASE, variable.saved.key if variable.saved else "", text)
        return Origin(Source.DEFAULT, "", variable.default)

    def without_saved(self) -> Given:
        return dataclasses.replace(self, saved={})

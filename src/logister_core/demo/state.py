"""How far the demo got, kept in LOGISTER_HOME/demo.json so that running it again repeats nothing."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

NAME = "demo.json"


@dataclass
class DemoState:
    """`sent` counts the reports that arrived, in the order of the story; `tokens` are by service."""

    until: datetime
    scale: float
    email: str
    password: str
    projects: dict[str, str]
    tokens: dict[str, str]
    sent: int = 0
    finished: bool = False

    @classmethod
    def load(cls, home: Path) -> Self | None:
        """None when the demo never ran here."""
        try:
            values = json.loads((home / NAME).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return cls(**{**values, "until": datetime.fromisoformat(values["until"])})

    def save(self, home: Path) -> None:
        """Readable by the owner alone: password and tokens are in it."""
        values = {**dataclasses.asdict(self), "until": self.until.isoformat()}
        descriptor, temporary = tempfile.mkstemp(dir=home, prefix=f".{NAME}-")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(values, stream, indent=1)
        os.replace(temporary, home / NAME)

"""What the events of a project have in common, kept once, so that each event stores only what is its own.

See `docs/decisions/dictionaries.md`.
"""

from __future__ import annotations

from logister_core.ingest.dictionaries.dictionary import Dictionary, find
from logister_core.ingest.dictionaries.service import Dictionaries

__all__ = ["Dictionaries", "Dictionary", "find"]

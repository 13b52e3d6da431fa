"""What went wrong, in one sentence. Anything else is our mistake and deserves its traceback."""

from __future__ import annotations

import sys
from typing import Any

# PostgreSQL: a table or a column is missing.
_MISSING_SCHEMA = {"42P01", "42703"}


def sentence(error: BaseException) -> str | None:
    """The sentence for errors that a person can do something about, else None.

    Looks at what is loaded already: a library that was never imported raised nothing.
    """
    if _is(error, "logister_core.settings", "SettingsError"):
        return str(error)
    if _is(error, "logister_core.errors", "Refused"):
        return " ".join(error.problems.values())  # type: ignore[attr-defined]
    if _is(error, "sqlalchemy.exc", "SQLAlchemyError"):
        return _of_database(error)
    if _is(error, "redis.exceptions", "RedisError"):
        return f"Redis does not answer: {_first_line(error)}"
    if isinstance(error, OSError):
        return f"the system refuses: {_first_line(error)}"
    return None


def _of_database(error: Any) -> str | None:
    from logister_core.db.outage import is_outage

    cause = getattr(error, "orig", None) or error
    if getattr(cause, "sqlstate", None) in _MISSING_SCHEMA:
        return "the database lacks tables of this release; run `logister release` first"
    if is_outage(error):
        return f"the database does not answer: {_first_line(cause)}"
    return None


def _is(error: BaseException, module: str, name: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(error, getattr(loaded, name))


def _first_line(error: BaseException) -> str:
    from logister_core.logs import scrubbed

    return scrubbed(str(error).strip().partition("\n")[0]) or type(error).__name__

"""Log lines: one per record, with the ids of the request or message being worked on, and without credentials.

The ini files name `LineFormatter`; programs call `set_level` when they start; tweens and actor middleware wrap
their work in `bound(...)`. Log events are constant words with fields: `log.info(event("batch.done", rows=3))`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_context: ContextVar[Mapping[str, str]] = ContextVar("logister_log_context", default=MappingProxyType({}))

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
}
_NAMES = {number: name for name, number in _LEVELS.items()}

# Control characters would let whoever chooses a path or message write log lines of their own.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}
_CONTROL |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}

_CREDENTIALS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@'\"]*:[^\s@'\"]*@|(?P<word>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}",
    re.IGNORECASE,
)

_NEEDS_QUOTES = re.compile(r"[\s\"=]")


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Put `fields` (request_id, message_id, …) on every line logged inside, nested uses included."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def event(name: str, /, **fields: object) -> str:
    """A log message that is easy to grep: the constant `name`, then `key=value` of each field not None."""
    return " ".join([name, *(f"{key}={_quoted(value)}" for key, value in fields.items() if value is not None)])


def set_level(level: str) -> None:
    """Let records of `level` (LOGISTER_LOG_LEVEL) and above through, whatever the ini file says."""
    logging.getLogger().setLevel(_LEVELS[level])


def scrubbed(line: str) -> str:
    """`line` without passwords in URLs and without credentials of an Authorization header."""
    if "://" not in line and "earer" not in line and "asic" not in line:
        return line
    return _CREDENTIALS.sub(_mask, line)


def _mask(match: re.Match[str]) -> str:
    return f"{match['scheme']}***@" if match["scheme"] else f"{match['word']}***"


class LineFormatter(logging.Formatter):
    """`time level logger key=value… message`, times in UTC; a traceback is folded into the same line."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        # `logging.config.fileConfig` hands over the ini file's format and date format; the shape is fixed here.
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        for more in (record.exc_text, self.formatStack(record.stack_info) if record.stack_info else None):
            if more:
                message = f"{message}\n{more}"
        ids = "".join(f" {key}={value}" for key, value in _context.get().items())
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        level = _NAMES.get(record.levelno, record.levelname.lower())
        head = f"{moment}.{int(record.msecs):03d}Z {level} {record.name}{ids}"
        return scrubbed(f"{head} {self.folded(message)}")

    def folded(self, message: str) -> str:
        return message.translate(_CONTROL)


class ReadableFormatter(LineFormatter):
    """For a developer's terminal: the same, but tracebacks keep their lines."""

    def folded(self, message: str) -> str:
        return "\n".join(line.translate(_CONTROL) for line in message.split("\n"))


def _quoted(value: object) -> str:
    text = str(value)
    if text and not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""Errors that services raise and exception views translate.

LogisterError
└── Refused        what was asked for cannot be done; the sentence tells the person why (422, or a flash)

"""

from __future__ import annotations


class LogisterError(Exception):
    """Base of what we raise on purpose."""


class Refused(LogisterError):
    """Understood, and cannot be done. `problems` maps field names ("" for the whole) to sentences."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems

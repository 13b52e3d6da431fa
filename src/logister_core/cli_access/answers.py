"""Answers to programs that read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyramid.response import Response
from pyramid.view import exception_view_config

from logister_core.cli_access.errors import ReadError
from logister_core.cli_access.limits import counted
from logister_core.ingest.answers import json_response

if TYPE_CHECKING:
    from logister_core.types import Request


def answer(request: Request, status: int, body: dict[str, Any]) -> Response:
    """Not to be kept by anybody, and with the state of the counter that was asked last."""
    response = json_response(status, body)
    response.headers["Cache-Control"] = "no-store"
    verdict = counted(request)
    if verdict is not None:
        response.headerlist.extend(verdict.headers())
    return response


@exception_view_config(ReadError)
def refuse(error: ReadError, request: Request) -> Response:
    response = answer(request, error.status, error.body)
    response.headerlist.extend(error.headers)
    return response


def told(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in values.items() if value is not None}


def moment(value: datetime) -> str:
    """UTC, with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def second(value: datetime) -> str:
    """UTC, in whole seconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

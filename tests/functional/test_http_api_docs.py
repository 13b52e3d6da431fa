"""The examples of docs/http-api.md, sent one after the other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from factories import projects
from support.instance import Instance

PAGE = Path(__file__).parents[2] / "docs" / "http-api.md"


class Example(NamedTuple):
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: dict[str, Any]


def examples() -> list[Example]:
    """Blocks of the page in pairs: a request, and the answer to it."""
    blocks = re.findall(r"^```http\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    found = []
    for request, answer in zip(blocks[::2], blocks[1::2], strict=True):
        head, body = request.split("\n\n", 1)
        line, *headers = head.split("\n")
        status, expected = answer.split("\n\n", 1)
        fields = dict(header.split(": ", 1) for header in headers)
        found.append(Example(line.removeprefix("POST "), fields, body, int(status.split()[0]), json.loads(expected)))
    return found


def test_every_example_is_answered_as_the_page_says(site: Instance):
    key = projects.api_key(site, projects.project(site, integration_kind="android"))
    browser = site.browser()
    for example in examples():
        headers = {name: value.replace("KEY", key) for name, value in example.headers.items()}
        answer = browser.post(example.path, example.body.encode(), headers=headers, status="*")
        assert answer.status_int == example.status, example
        assert answer.content_type == "application/json"
        assert known(answer.json, example.answer) == example.answer, example


def known(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The answer, except for numbers and uuids that the server chose; their kind must be right all the same."""
    shown = dict(answer)
    if "help" not in expected:
        shown.pop("help", None)
    if "legacy_id" in expected:
        assert isinstance(answer["legacy_id"], int)
        shown["legacy_id"] = expected["legacy_id"]
    if expected.get("id") == "…":
        assert re.fullmatch(r"[0-9a-f-]{36}", answer["id"])
        shown["id"] = "…"
    if "results" in expected:
        shown["results"] = [known(*pair) for pair in zip(answer["results"], expected["results"], strict=True)]
    if expected.get("token") == "…":
        assert answer["token"].startswith("logister_mobile_")
        shown["token"] = "…"
    return shown

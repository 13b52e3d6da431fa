from __future__ import annotations

import ast
import json
import re
from datetime import UTC, datetime

import pytest

from logister_core.projects.first_event import guide, sample_body
from logister_core.projects.kinds import KINDS, offered
from logister_core.projects.models import IntegrationKind

URL = "https://errors.example.com/prefix"


@pytest.mark.parametrize("kind", list(IntegrationKind))
def test_every_kind_has_a_guide_with_the_address_of_this_installation(kind):
    found = guide(kind.value, URL)
    assert URL in found.environment + found.code
    assert "$URL" not in found.code
    assert "LOGISTER_API_KEY" in found.environment


def test_the_python_snippet_is_python():
    ast.parse(guide("python", URL).code)


@pytest.mark.parametrize("kind", ["http_api", "cloudflare_pages"])
def test_what_curl_sends_is_json_once_the_shell_has_filled_it_in(kind):
    body = re.search(r"-d '(.*)'\n", guide(kind, URL).code, re.DOTALL)[1]
    filled = re.sub(r"'\"\$\(.*?\)\"'", "filled", body)
    assert json.loads(filled)["event"]["occurred_at"] == "filled"


def test_the_sample_says_when_it_happened():
    event = json.loads(sample_body(datetime(2026, 11, 20, 12, tzinfo=UTC)))["event"]
    assert event["occurred_at"] == "2026-11-20T12:00:00.000Z"
    assert event["event_type"] == "error"


@pytest.mark.parametrize("kind", ["android", "ios"])
def test_apps_are_shown_how_to_get_a_token_and_that_the_key_stays_at_home(kind):
    bodies = re.findall(r"-d '(.*?)'(?:\n| \|)", guide(kind, URL).code, re.DOTALL)
    wanted, event = (json.loads(re.sub(r"'\"\$\(.*?\)\"'", "filled", body)) for body in bodies)
    assert wanted["mobile_ingest_token"]["platform"] == kind
    assert event["event"]["message"] == "First test error"
    in_the_app = guide(kind, URL).code.split("# In the app")[1]
    assert "LOGISTER_API_KEY" not in in_the_app


def test_every_kind_is_offered():
    assert [value for value, _, _ in offered()] == [kind.value for kind in IntegrationKind]


def test_every_kind_has_words():
    assert set(KINDS) == set(IntegrationKind)

"""How to send the first event from each kind of project, written for this installation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from logister_core.projects.models import IntegrationKind

EVENTS = "/api/v1/ingest_events"


@dataclass(frozen=True, slots=True)
class Guide:
    """`environment` are the variables to set; `code` raises one error on purpose and sends it."""

    environment: str
    install: str | None
    code_label: str
    code: str
    docs_path: str


def guide(kind: str, public_url: str) -> Guide:
    write, install, label, docs_path = _GUIDES.get(IntegrationKind(kind), _HTTP)
    return Guide(
        environment=_environment(kind, public_url),
        install=install,
        code_label=label,
        code=write.replace("$URL", public_url).replace("$KIND", kind),
        docs_path=docs_path,
    )


def sample_body(now: datetime) -> str:
    """A complete event; without `occurred_at` its time would be that of its receipt."""
    event = {
        "event_type": "error",
        "level": "error",
        "message": "Checkout failed",
        "fingerprint": "checkout-failed",
        "occurred_at": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "context": {"environment": "production"},
    }
    return json.dumps({"event": event}, indent=2)


def _environment(kind: str, public_url: str) -> str:
    lines = ['export LOGISTER_API_KEY="<your API key>"']
    if kind in (IntegrationKind.PYTHON, IntegrationKind.JAVASCRIPT, IntegrationKind.DOTNET):
        lines += [f'export LOGISTER_BASE_URL="{public_url}"', 'export LOGISTER_ENVIRONMENT="development"']
    elif kind == IntegrationKind.RUBY:
        lines.append(f'export LOGISTER_ENDPOINT="{public_url}{EVENTS}"')
    return "\n".join(lines)


_CURL = """\
curl -X POST "$URL/api/v1/ingest_events" \\
  -H "Authorization: Bearer $LOGISTER_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"event": {"event_type": "error", "level": "error", "message": "First test error",
       "fingerprint": "first-test", "occurred_at": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
       "context": {"environment": "development"}}}'
"""

_PYTHON = """\
from logister import LogisterClient

with LogisterClient.from_env() as client:
    try:
        raise RuntimeError("First test error")
    except RuntimeError as error:
        client.capture_exception(error)
"""

_JAVASCRIPT = """\
import { LogisterClient } from "logister-js";

const logister = new LogisterClient({
  apiKey: process.env.LOGISTER_API_KEY,
  baseUrl: process.env.LOGISTER_BASE_URL,
  environment: process.env.LOGISTER_ENVIRONMENT,
});

await logister.captureException(new Error("First test error"));
"""

_RUBY = """\
require "logister"

Logister.configure do |config|
  config.api_key = ENV.fetch("LOGISTER_API_KEY")
  config.endpoint = ENV.fetch("LOGISTER_ENDPOINT")
  config.environment = "development"
end

Logister.report_error(StandardError.new("First test error"))
sleep 2 # the gem sends from a thread of its own
"""

_DOTNET = """\
using Logister;

using var logister = new LogisterClient(LogisterOptions.FromEnvironment());
await logister.CaptureExceptionAsync(new InvalidOperationException("First test error"));
"""

_CFML = """\
event = {
  "event_type": "error", "level": "error", "message": "First test error",
  "occurred_at": dateTimeFormat(now(), "yyyy-mm-dd'T'HH:nn:ss'Z'", "UTC"),
  "context": { "environment": "development" }
};
cfhttp(method="POST", url="$URL/api/v1/ingest_events", result="answer") {
  cfhttpparam(type="header", name="Authorization", value="Bearer #server.system.environment.LOGISTER_API_KEY#");
  cfhttpparam(type="header", name="Content-Type", value="application/json");
  cfhttpparam(type="body", value=serializeJSON({ "event": event }));
}
"""

_PAGES = """\
curl -X POST "$URL/api/v1/ingest_events" \\
  -H "Authorization: Bearer $LOGISTER_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"event": {"event_type": "metric", "message": "pages.build", "occurred_at": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
       "context": {"platform": "cloudflare_pages", "deployment_id": "first-test", "branch": "main",
                   "commit_sha": "'"$(git rev-parse HEAD)"'", "value": 42.5, "unit": "s"}}}'
"""

_MOBILE = """\
# On your server, which keeps the API key: a token for one app, here for 15 minutes.
TOKEN=$(curl -s -X POST "$URL/api/v1/mobile_ingest_tokens" \\
  -H "Authorization: Bearer $LOGISTER_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"mobile_ingest_token": {"platform": "$KIND", "service": "com.example.app",
       "environment": "development", "expires_in_seconds": 900}}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')

# In the app, which knows nothing but that token.
curl -X POST "$URL/api/v1/ingest_events" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"event": {"event_type": "error", "level": "error", "message": "First test error",
       "fingerprint": "first-test", "occurred_at": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}'
"""

# Code, install command, what the code is, and where the documentation tells more.
_HTTP = (_CURL, None, "One event with curl", "/http-api/")
_GUIDES: dict[IntegrationKind, tuple[str, str | None, str, str]] = {
    IntegrationKind.PYTHON: (
        _PYTHON, "python -m pip install logister-python", "A program that fails", "/integrations/python/",
    ),
    IntegrationKind.JAVASCRIPT: (
        _JAVASCRIPT, "npm install logister-js", "A program that fails", "/integrations/javascript/",
    ),
    IntegrationKind.RUBY: (_RUBY, "gem install logister-ruby", "A program that fails", "/integrations/ruby/"),
    IntegrationKind.DOTNET: (_DOTNET, "dotnet add package Logister", "A program that fails", "/integrations/dotnet/"),
    IntegrationKind.CFML: (_CFML, None, "One event with cfhttp", "/integrations/cfml/"),
    IntegrationKind.CLOUDFLARE_PAGES: (_PAGES, None, "One metric with curl", "/http-api/"),
    IntegrationKind.ANDROID: (_MOBILE, None, "A token and one event with curl", "/http-api/"),
    IntegrationKind.IOS: (_MOBILE, None, "A token and one event with curl", "/http-api/"),
}  # fmt: skip

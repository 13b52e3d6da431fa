"""How the kinds of projects are called, in the order in which they are offered."""

from __future__ import annotations

from dataclasses import dataclass

from logister_core.projects.models import IntegrationKind


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    note: str


KINDS: dict[IntegrationKind, Kind] = {
    IntegrationKind.HTTP_API: Kind("HTTP API", "Anything that can send JSON: a script, a gateway, your own client."),
    IntegrationKind.PYTHON: Kind("Python", "Django, Flask, FastAPI, Celery and plain programs, with logister-python."),
    IntegrationKind.JAVASCRIPT: Kind("JavaScript", "Node and Express, in JavaScript or TypeScript, with logister-js."),
    IntegrationKind.RUBY: Kind("Ruby", "Rails and plain Ruby, with logister-ruby."),
    IntegrationKind.DOTNET: Kind(".NET", "ASP.NET Core and workers, with the package Logister."),
    IntegrationKind.CFML: Kind("CFML", "Lucee and ColdFusion, over HTTP from onError()."),
    IntegrationKind.CLOUDFLARE_PAGES: Kind("Cloudflare Pages", "Deployment metrics of a site, over HTTP."),
    IntegrationKind.ANDROID: Kind("Android", "An app that reports with short-lived tokens from your server."),
    IntegrationKind.IOS: Kind("iOS", "An app that reports with short-lived tokens from your server."),
}


def kind_label(kind: str) -> str:
    return KINDS[IntegrationKind(kind)].label


def offered() -> list[tuple[str, str, str]]:
    """Value, label and note of the kinds that can be chosen."""
    return [(kind.value, text.label, text.note) for kind, text in KINDS.items()]

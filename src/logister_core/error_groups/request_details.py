"""The HTTP request an event happened in, wherever the client put its parts (spec 20 §15.3).

Values are as sent; pass `headers` and `params` through the redactor before they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logister_core.error_groups.payload import object_of, scalar_of


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """None and empty objects where the event says nothing."""

    client_ip: str | None = None
    http_method: str | None = None
    http_version: str | None = None
    path: str | None = None
    query_string: str | None = None
    url: str | None = None
    referer: str | None = None
    request_id: str | None = None
    rails_action: str | None = None
    route: str | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != RequestDetails()

    @property
    def target(self) -> str | None:
        """URL or path, with the query string when it has none of its own."""
        target = self.url or self.path
        if target and self.query_string and "?" not in target:
            return f"{target}?{self.query_string.removeprefix('?')}"
        return target

    @property
    def summary(self) -> str:
        """One line for the top of a stack, "POST /orders?id=3 orders#create"; empty without facts."""
        method = self.http_method.upper() if self.http_method else None
        return " ".join(filter(None, (method, self.target, self.rails_action or self.route)))


def request_details(context: Mapping[str, Any]) -> RequestDetails:
    """The first non-blank scalar among the places of each field; hostile types count as absent."""
    request = object_of(context, "request") or {}
    headers = object_of(context, "headers") or object_of(request, "headers") or {}
    params = object_of(context, "params") or object_of(request, "params") or {}
    # What CFML engines send of the web server, in any case.
    cgi = {key.lower(): value for key, value in (object_of(context, "cgi", "CGI") or {}).items()}

    def first(*keys: str, request_only: tuple[str, ...] = ()) -> str | None:
        return scalar_of(context, *keys) or scalar_of(request, *keys, *request_only)

    return RequestDetails(
        client_ip=first("clientIp", "client_ip", request_only=("ip", "remote_ip")) or scalar_of(cgi, "remote_addr"),
        http_method=scalar_of(context, "httpMethod", "http_method", "method")
        or scalar_of(request, "httpMethod", "http_method", "method")
        or scalar_of(cgi, "request_method"),
        http_version=first("httpVersion", "http_version", request_only=("version",)) or _header(headers, "version"),
        path=scalar_of(context, "path", "pathname")
        or scalar_of(request, "path", "pathname", "fullpath", "original_fullpath")
        or scalar_of(cgi, "script_name"),
        query_string=first("queryString", "query_string") or scalar_of(cgi, "query_string"),
        url=first("url", request_only=("original_url",)),
        referer=first("referer", "referrer") or _header(headers, "referer") or _header(headers, "referrer"),
        request_id=first("requestId", "request_id", request_only=("id",)),
        rails_action=first("railsAction", "rails_action") or _rails_action(params),
        route=_route(context) or _route(request),
        headers=headers,
        params=params,
    )


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    """Header names come in every case; the aliases of intake (`x_request_id`) do no harm here."""
    return next((text for key in headers if key.lower() == name and (text := scalar_of(headers, key))), None)


def _rails_action(params: Mapping[str, Any]) -> str | None:
    controller, action = scalar_of(params, "controller"), scalar_of(params, "action")
    return f"{controller}#{action}" if controller and action else None


def _route(holder: Mapping[str, Any]) -> str | None:
    """The matched route as text, or the name or template of a route object (Ruby client), or the endpoint."""
    route = holder.get("route")
    if isinstance(route, dict):
        return scalar_of(route, "path_template", "pathTemplate", "name")
    return scalar_of(holder, "route", "endpoint")

"""Which keys of a context have a place and a label of their own on the page."""

from __future__ import annotations

from typing import Final

SOURCE: Final = {
    "repository": "Repository",
    "commit_sha": "Commit",
    "branch": "Branch",
    "build_number": "Build",
    "region": "Region",
}
RUNTIME: Final = {
    "runtime": "Runtime",
    "runtime_name": "Runtime",
    "runtime_version": "Runtime version",
    "python_version": "Python",
    "python_implementation": "Implementation",
    "ruby_version": "Ruby",
    "rails_version": "Rails",
    "node_version": "Node",
    "dotnet_version": ".NET",
    "framework": "Framework",
    "framework_version": "Framework version",
    "platform": "Platform",
    "hostname": "Host",
    "host": "Host",
    "server_name": "Host",
    "process_id": "Process",
    "pid": "Process",
    "thread": "Thread",
    "thread_name": "Thread",
    "os_name": "System",
    "os_version": "System version",
}
TASK: Final = {
    "task_name": "Task",
    "task_id": "Task id",
    "task_state": "State",
    "queue": "Queue",
    "retries": "Retries",
    "eta": "Due",
}
LOGGER: Final = {
    "logger": "Logger",
    "logger_name": "Logger",
    "function": "Function",
    "function_name": "Function",
    "file": "File",
    "pathname": "File",
    "line": "Line",
    "line_number": "Line",
    "event_id": "Event id",
    "event_name": "Event name",
    "source_context": "Source context",
    "scope": "Scope",
}
# What the route took from the address, best first.
ROUTE: Final = ("path_params", "view_args", "route_values", "route_data")
# Shown elsewhere on the page, in the request's section, or the server's own words about the event.
SHOWN: Final = frozenset(
    {
        "exception", "telemetry_evidence", "environment", "release", "service", "tags", "user", "user_id", "session_id",
        "trace_id", "span_id", "parent_span_id", "request_id", "transaction_name", "duration_ms", "request",
        "headers", "params", "client_ip",
        "http_method", "method", "http_version", "path", "query_string", "url", "referer", "referrer", "rails_action",
        "route", "endpoint", "frames", "backtrace", "stacktrace", "stack_trace", "stack", "tag_context", "message",
        "level", "event_type", "breadcrumbs", "cgi", "locals", "local_variables", "instance_variables",
        "captured_variables", "endpoint_matches", "candidate_endpoints", *ROUTE,
    }
)  # fmt: skip

"""Headers that tell browsers what our answers may do (specification, accounts chapter §15)."""

from __future__ import annotations

from typing import Any

from logister_core.security.content_policy import ContentPolicy

PAGE_HEADERS = {
    # Other sites learn nothing. Stricter would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Permitted-Cross-Domain-Policies": "none",
    # Pages hold people's data or a form's token: neither caches nor the back button after sign-out keep them.
    "Cache-Control": "private, no-store",
}
# Of addresses with a secret in their query: our own requests do not repeat it either, for the logs of proxies. Not
# `no-referrer`, which would make browsers send `Origin: null` with the form on such a page.
SECRET_IN_ADDRESS = "token="  # noqa: S105 - the end of the names of such parameters
WITHOUT_ADDRESS = "strict-origin"
HSTS = "max-age=63072000; includeSubDomains"

# Files with a cache policy of their own, and answers for programs.
NO_PAGES = ("/static/", "/api/")


class SecurityHeaders:
    """Subscriber to NewResponse, so that error pages and redirects have them too. What a view set stays."""

    def __init__(self, policy: ContentPolicy, *, production: bool) -> None:
        self._policy = policy
        self._production = production

    def __call__(self, event: Any) -> None:
        headers = event.response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if self._production:
            headers.setdefault("Strict-Transport-Security", HSTS)
        if not event.request.environ.get("PATH_INFO", "").startswith(NO_PAGES):
            if "Content-Security-Policy" not in headers:
                headers["Content-Security-Policy"] = self._policy.header(event.request.page_kinds)
            if SECRET_IN_ADDRESS in event.request.environ.get("QUERY_STRING", ""):
                headers.setdefault("Referrer-Policy", WITHOUT_ADDRESS)
            for name, value in PAGE_HEADERS.items():
                headers.setdefault(name, value)

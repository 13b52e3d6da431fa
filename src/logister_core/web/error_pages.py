"""The pages people see when something failed; they need neither database, session, templates nor assets.

Each says what happened and what to do, in that order. Their style stands in the page, so every answer brings
its own content policy, which allows exactly that style and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from string import Template

from markupsafe import escape


@dataclass(frozen=True, slots=True)
class ErrorPage:
    title: str
    sentence: str
    # What API clients read under "error".
    short: str


PAGES = {
    400: ErrorPage(
        "This request could not be read",
        "Part of the address or of what was sent is not in the expected form. Go back, reload the page and try again.",
        "Bad request",
    ),
    403: ErrorPage(
        "This is not open to you",
        "Your account may not do this here. Ask somebody who manages this project.",
        "Forbidden",
    ),
    404: ErrorPage(
        "There is nothing here",
        "The page was moved or deleted, or your account has no access to it. Check the address or ask for access.",
        "Not found",
    ),
    405: ErrorPage(
        "This address does not do that",
        "It exists, but not for this kind of request. Go back and use the page's own buttons.",
        "Method not allowed",
    ),
    413: ErrorPage(
        "This is too large",
        "What was sent is larger than this server accepts. Send less and try again.",
        "Payload too large",
    ),
    422: ErrorPage(
        "The change was not made",
        "The form was open too long or came from another site. Go back, reload the page and send it again.",
        "Unprocessable content",
    ),
    429: ErrorPage(
        "That was too often",
        "This server limits how often that can be done. Wait a minute, then try again.",
        "Too many requests",
    ),
    500: ErrorPage(
        "Something went wrong",
        "The server failed while answering, nothing was changed, and the failure is in its log. "
        "Try again; if it stays, tell whoever runs this server.",
        "Internal server error",
    ),
    503: ErrorPage(
        "Not available right now",
        "The server cannot reach something it needs, usually its database. Nothing was changed. Try again in a minute.",
        "Service unavailable",
    ),
}

STYLE = """
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#fbfbf9,#121317);
color:light-dark(#1b1c20,#e8e8eb);font:400 1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:30rem;padding:2rem}
svg{width:32px;height:32px;color:light-dark(#2a55c8,#8fb0ff)}
p{margin:.75rem 0 0}
.code{margin-top:2rem;color:light-dark(#5c5f68,#a0a3ad);font-size:.875rem;font-variant-numeric:tabular-nums}
h1{margin:.25rem 0 0;font-size:1.75rem;line-height:1.25;font-weight:600;letter-spacing:-.015em}
a{color:light-dark(#2a55c8,#8fb0ff)}
a:focus-visible{outline:2px solid;outline-offset:3px;border-radius:4px}
"""

_style_hash = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_style_hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title | Logister</title>
<style>$style</style>
</head>
<body>
<main>
<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" \
stroke-linejoin="round" aria-hidden="true"><path d="M8 1.2 14.8 8 8 14.8 1.2 8z"/>\
<path d="M5.2 8h2l1-2.4 1.4 4 .8-1.6h.9"/></svg>
<p class="code">$status</p>
<h1>$title</h1>
<p>$sentence</p>
<p><a href="$home">Go to the start page</a></p>
</main>
</body>
</html>
""")


def page_for(status: int) -> ErrorPage:
    """The words of a status; one without words of its own borrows those of its class."""
    return PAGES.get(status) or PAGES[500 if status >= 500 else 400]


def error_html(status: int, *, sentence: str | None = None, home: str = "/") -> str:
    """A complete page; `sentence` replaces the usual one and is escaped."""
    page = page_for(status)
    return _PAGE.substitute(
        status=status,
        title=escape(page.title),
        sentence=escape(sentence or page.sentence),
        home=escape(home),
        style=STYLE,
    )

"""Protection of forms against other sites.

The token is a signature over something only this browser and we know: the session's token for people who are
signed in, else a random cookie made for the first form a visitor sees. Nothing is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.interfaces import ICSRFStoragePolicy
from zope.interface import implementer

from logister_core.security.cookies import Cookie
from logister_core.security.targets import origin
from logister_core.security.tokens import Signer, new_token, same

if TYPE_CHECKING:
    from logister_core.types import Request


@implementer(ICSRFStoragePolicy)
class CSRFPolicy:
    def __init__(self, signer: Signer, visitor_cookie: Cookie) -> None:
        self._signer = signer
        self._visitor_cookie = visitor_cookie

    def get_csrf_token(self, request: Request) -> str:
        return self._expected(request) or self.new_csrf_token(request)

    def new_csrf_token(self, request: Request) -> str:
        """A token for a new visitor id; somebody signed in keeps theirs, which changes with the session."""
        if request.user_session is not None:
            return self.get_csrf_token(request)
        visitor = new_token()
        # Later calls in this request must see it, and the response must carry it.
        request.cookies[self._visitor_cookie.name] = visitor
        header = self._visitor_cookie.header(visitor)
        request.add_response_callback(lambda request, response: response.headerlist.append(header))
        return self._signer.signature(f"visitor {visitor}")

    def check_csrf_token(self, request: Request, supplied_token: str) -> bool:
        expected = self._expected(request)
        return expected is not None and self._same_site(request) and same(expected, supplied_token)

    def _expected(self, request: Request) -> str | None:
        if request.user_session is not None:
            return self._signer.signature(f"session {request.user_session.token_digest}")
        visitor = self._visitor_cookie.value(request)
        return None if visitor is None else self._signer.signature(f"visitor {visitor}")

    def _same_site(self, request: Request) -> bool:
        """Browsers say where a form stood; what they say must be us. Other clients need not say anything."""
        stated = request.headers.get("Origin") or request.referer
        if not stated:
            return True
        return origin(stated) in (origin(request.host_url), origin(request.settings.product.public_url))

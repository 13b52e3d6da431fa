"""Forms bring text: none of ours has a file, and whoever expects text must not meet one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest

View = Callable[[Any, Any], Any]


def text_only(view: View, info: Any) -> View:
    """View deriver: what is sent with a file in place of a text is refused before anybody looks at it."""
    if info.exception_only or info.options.get("require_csrf") is False:
        return view

    def checked(context: Any, request: Any) -> Any:
        if request.content_type == "multipart/form-data" and not all(
            isinstance(value, str) for value in request.POST.values()
        ):
            raise HTTPBadRequest("A field of this form holds a file. Go back, reload the page and fill it in again.")
        return view(context, request)

    return checked

"""The context of pages that do not belong to one project."""

from __future__ import annotations

from typing import Any, ClassVar

from pyramid.authorization import Allow, Authenticated

from logister_core.security.permissions import ADMINISTER, SIGNED_IN
from logister_core.security.policy import ADMINISTRATOR


class ApplicationRoot:
    __acl__: ClassVar[list[tuple[str, str, str]]] = [
        (Allow, Authenticated, SIGNED_IN),
        (Allow, ADMINISTRATOR, ADMINISTER),
    ]

    def __init__(self, request: Any) -> None:
        self.request = request

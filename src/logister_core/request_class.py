"""One class for all requests of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyramid.request
from pyramid.interfaces import IRequestExtensions, IRequestFactory

if TYPE_CHECKING:
    from logister_core.types import Configurator


def make_request_class(config: Configurator) -> None:
    """Put everything that `add_request_method` declared so far on a class of its own.

    Pyramid would make a new class for every single request and assign the declared properties to it; that takes longer
    than normalizing an event, and the interpreter cannot remember anything about a class that it sees once.
    """
    registry = config.registry
    declared = registry.queryUtility(IRequestExtensions)
    if declared is None:
        return
    base = registry.queryUtility(IRequestFactory, default=pyramid.request.Request)
    config.set_request_factory(type("Request", (base,), {**declared.descriptors, **declared.methods}))
    config.commit()
    registry.unregisterUtility(declared, IRequestExtensions)

"""The plugins that come with the product."""

from __future__ import annotations

from logister_core.settings import CORE_SECTIONS, Variable, variables
from logister_plugins import analytics, archive, clickhouse, turnstile

# In the order of the documentation.
PLUGINS = (archive, turnstile, analytics, clickhouse)


def all_variables() -> list[Variable]:
    """Of the core and of these plugins."""
    return variables([*CORE_SECTIONS, *(plugin.Settings for plugin in PLUGINS)])

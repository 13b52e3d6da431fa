"""The web servers of the ini files: `use = egg:logister#waitress` and `use = egg:logister#granian`.

PasteDeploy cannot read the environment, so port, threads and processes come from the same checked settings as
everything else; the section [server:main] holds what is the server's own.
"""

from __future__ import annotations

from .granian import granian_factory
from .waitress import waitress_factory

__all__ = ["granian_factory", "waitress_factory"]

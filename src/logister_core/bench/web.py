"""A web server as `pserve` runs it: `python -m logister_core.bench.web SERVER [--null]`, settings from the environment.

Access log lines are made and written as in production, to nowhere; what needs attention goes to standard error.
"""

from __future__ import annotations

import logging
import os
import sys

from logister_core import plugins
from logister_core.app import configure
from logister_core.bench.null import NullAcceptor
from logister_core.ingest.acceptor import Acceptor
from logister_core.logs import LineFormatter
from logister_core.server import granian_factory, waitress_factory
from logister_core.settings import with_secret_key
from logister_core.startup import WebApplication


def log_to_nowhere() -> None:
    """One handler that does all the work of a real one, and one for problems."""
    everything = logging.StreamHandler(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
    problems = logging.StreamHandler()
    problems.setLevel(logging.WARNING)
    for handler in (everything, problems):
        handler.setFormatter(LineFormatter())
        logging.getLogger().addHandler(handler)


SERVERS = {"waitress": waitress_factory, "granian": granian_factory}


def main(server: str, *, null: bool) -> None:
    log_to_nowhere()
    serve = SERVERS[server]({}, host="127.0.0.1")
    settings, active = plugins.load({}, os.environ)
    config = configure(with_secret_key(settings), active)
    if null:
        config.register_service(NullAcceptor(), Acceptor)
    serve(WebApplication(config.make_wsgi_app()))


if __name__ == "__main__":
    main(sys.argv[1], null="--null" in sys.argv)

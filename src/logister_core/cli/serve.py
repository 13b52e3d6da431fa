"""`logister serve`: the web process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from logister_core.cli.configuration import set_up_logging
from logister_core.cli.instance import Instance, instance_options

# [server:main] of the ini files, for whoever has none.
_EMBEDDED_SERVER = {"host": "127.0.0.1"}


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of PORT.")
@instance_options
def serve(instance: Instance, port: int | None) -> None:
    """Run the web server, as `pserve` does with the ini file.

    Without an ini file: SQLite and background work inside this process, on http://localhost:6543.
    """
    if port is not None:
        # Where the settings look for it: links and the printed address agree with the server then.
        os.environ["PORT"] = str(port)
    settings = instance.settings
    set_up_logging(instance.ini_file)
    if instance.as_json:
        instance.answer(
            {"address": settings.product.public_url, "port": settings.runtime.port, "pid": os.getpid()},
        )
    server, app = _loaded(instance)
    server(app)


def _loaded(instance: Instance) -> tuple[Callable[[Any], None], Any]:
    """Server and application. Making the application starts its background threads."""
    if instance.ini_file is not None:
        import plaster

        loader = plaster.get_loader(str(instance.ini_file), protocols=["wsgi"])
        server = loader.get_wsgi_server()
        return server, loader.get_wsgi_app()
    from logister_core.app import serve_application
    from logister_core.server import waitress_factory

    return waitress_factory({}, **_EMBEDDED_SERVER), serve_application({}, {})

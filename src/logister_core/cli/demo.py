"""`logister demo`: something to look at on every page."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from logister_core.cli.instance import Instance, instance_options

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from logister_core.demo.state import DemoState
    from logister_core.settings import Settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of PORT.")
@click.option("--scale", type=click.FloatRange(0.01, 10), default=1.0, show_default=True, help="How much is sent.")
@click.option("--fill-only", is_flag=True, help="Stop the server when everything is sent.")
@instance_options
def demo(instance: Instance, port: int | None, scale: float, fill_only: bool) -> None:
    """Run the server with two weeks of telemetry of three services, sent through the real client.

    The first run makes an account with a new password and three projects. Running it again repeats nothing; an
    interrupted run is continued.
    """
    from logister_core.demo.client import ClientMissing, client_class
    from logister_core.demo.server import ServerFailed, running_server
    from logister_core.demo.telling import StoryInterrupted

    if port is not None:
        os.environ["PORT"] = str(port)
    settings = instance.settings
    if settings.production:
        raise click.ClickException("LOGISTER_ENV is production, and the demo makes up data; use another installation")
    if not settings.in_process_worker:
        raise click.ClickException("the demo is one process, and REDIS_URL asks for separate workers; unset it")
    try:
        client_class()
        with instance.engine() as engine:
            state = _state(settings, engine, scale)
            with running_server(instance.ini_file, settings.runtime.port) as server:
                sent = {} if state.finished else _tell(settings, engine, state)
                _answer(instance, state, sent)
                if not fill_only:
                    sys.exit(server.wait())
    except (ClientMissing, ServerFailed, StoryInterrupted) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        # The server has heard Ctrl-C too, and has ended in order by now.
        sys.exit(0)


def _state(settings: Settings, engine: Engine, scale: float) -> DemoState:
    """The demo of this installation, begun now unless it was begun before."""
    from logister_core.app import utc_now
    from logister_core.db.sessions import read_transaction, write_transaction
    from logister_core.demo.residents import move_in, still_there
    from logister_core.demo.state import DemoState
    from logister_core.installation.setup_token import discard_setup_token

    home = settings.runtime.home
    state = DemoState.load(home)
    if state is not None:
        with read_transaction(engine) as session:
            if still_there(session, state):
                return state
    with write_transaction(engine) as session:
        state = move_in(session, settings, until=utc_now().replace(microsecond=0), scale=scale)
    state.save(home)
    discard_setup_token(settings)
    return state


def _tell(settings: Settings, engine: Engine, state: DemoState) -> dict[str, int]:
    from logister_core.demo.telling import tell

    with click.progressbar(length=1, label="Sending two weeks of telemetry", file=sys.stderr) as bar:

        def progress(sent: int, total: int) -> None:
            bar.length = total
            bar.update(sent - bar.pos)

        base_url = f"http://127.0.0.1:{settings.runtime.port}"
        return tell(engine, settings.runtime.home, state, base_url, progress)


def _answer(instance: Instance, state: DemoState, sent: dict[str, int]) -> None:
    address = instance.settings.product.public_url
    instance.answer(
        {
            "address": address,
            "email": state.email,
            "password": state.password,
            "projects": state.projects,
            "sent": sent,
        },
        "",
        f"Sent {sum(sent.values()):,} reports of {len(sent)} services."
        if sent
        else "The telemetry is there already; nothing was sent.",
        f"Sign in at {address}",
        f"  e-mail    {state.email}",
        f"  password  {state.password}",
        "",
    )
    # Whoever waits for this behind a pipe waits for as long as the server runs otherwise.
    sys.stdout.flush()

"""`logister worker`: background work outside the web process."""

from __future__ import annotations

import os
import sys

import click

from logister_core.cli.configuration import set_up_logging
from logister_core.cli.instance import Instance, instance_options


@click.command()
@click.option("--threads", type=click.IntRange(1, 1000), help="Instead of DRAMATIQ_THREADS.")
@click.option("--processes", type=click.IntRange(1, 1000), help="Instead of DRAMATIQ_PROCESSES.")
@click.option("--queues", metavar="NAME,NAME", help="Take only these; else all.")
@instance_options
def worker(instance: Instance, threads: int | None, processes: int | None, queues: str | None) -> None:
    """Run background work, taken from Redis, until SIGTERM or Ctrl-C; what is running then is finished.

    When the work is split by queue, every queue must be taken by somebody.
    """
    if threads is not None:
        # The worker processes read it again, and size their pools by it.
        os.environ["DRAMATIQ_THREADS"] = str(threads)
    settings = instance.effective_settings
    if settings.in_process_worker:
        raise click.ClickException(
            "REDIS_URL is not set: without Redis the web process runs background work itself, and no worker is needed"
        )
    wanted = _known(queues)
    threads, processes = settings.tasks.threads, processes or settings.tasks.processes
    if instance.as_json:
        instance.answer({"pid": os.getpid(), "processes": processes, "threads": threads, "queues": wanted})
    set_up_logging(instance.ini_file)
    sys.exit(_manage(instance, threads, processes, wanted))


def _known(queues: str | None) -> list[str]:
    """The queues of the option, all without it."""
    from typing import get_args

    from logister_core.tasks.actors import Queue

    known = list(get_args(Queue))
    if queues is None:
        return known
    wanted = [name for name in (part.strip() for part in queues.split(",")) if name]
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise click.ClickException(f"there is no queue {', '.join(unknown) or '``'}; queues: {', '.join(known)}")
    return wanted


def _manage(instance: Instance, threads: int, processes: int, queues: list[str]) -> int:
    """Run Dramatiq's process manager to its end; its exit status."""
    from dramatiq import cli

    from logister_core.cli.worker_process import INI_FILE

    os.environ[INI_FILE] = str(instance.ini_file or "")
    arguments = ["logister_core.cli.worker_process:set_up", "--skip-logging", "--path"]
    arguments += ["--processes", str(processes), "--threads", str(threads), "--queues", *queues]
    options = cli.make_argument_parser().parse_args(arguments)  # type: ignore[no-untyped-call]
    status: int = cli.main(options)  # type: ignore[no-untyped-call]
    return status

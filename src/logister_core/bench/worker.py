"""A worker process as `logister worker` forks it: `python -m logister_core.bench.worker`, until SIGTERM.

Settings come from the environment. Says `ready` when everything is loaded, right before it takes its first message.
"""

from __future__ import annotations

import os
import signal

import dramatiq

from logister_core.bench.web import log_to_nowhere
from logister_core.settings import TaskSettings, load_section
from logister_core.tasks.worker import worker_broker


def main() -> None:
    log_to_nowhere()
    # Waited for below; the threads that follow inherit the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    threads = load_section(TaskSettings, {}, os.environ).threads
    worker = dramatiq.Worker(worker_broker({}, os.environ), worker_threads=threads)
    print("ready", flush=True)  # noqa: T201 - awaited by whoever started us
    worker.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    worker.stop()


if __name__ == "__main__":
    main()

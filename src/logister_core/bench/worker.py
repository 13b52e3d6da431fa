"""A worker process: `python -m logister_core.bench.worker`, settings from the environment, until SIGTERM.

Says `ready` when everything is loaded, right before it takes its first message.
"""

from __future__ import annotations

import os
import signal

from logister_core.app import make_application
from logister_core.bench.web import log_to_nowhere
from logister_core.tasks.in_process import InProcessWorker


def main() -> None:
    log_to_nowhere()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    worker = InProcessWorker(make_application({}, os.environ).registry)
    print("ready", flush=True)  # noqa: T201 - awaited by whoever started us
    worker.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    worker.stop()


if __name__ == "__main__":
    main()

"""Where Dramatiq's manager sends its worker processes: `set_up` makes the broker they work for.

Importing this module does nothing; the manager's process imports it too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Carries the ini file from `logister worker` to its processes; empty for the embedded default.
INI_FILE = "_LOGISTER_WORKER_INI_FILE"


def set_up() -> None:
    """Give Dramatiq the broker of the configuration, and log like the web process."""
    import dramatiq

    from logister_core.cli.configuration import ini_settings, set_up_logging
    from logister_core.logs import set_level
    from logister_core.settings import RuntimeSettings, load_section
    from logister_core.tasks.worker import worker_broker

    # The manager would carry our lines to its standard error. Written by ourselves they go where the ini file says,
    # and do not depend on the manager being alive.
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    file = Path(os.environ[INI_FILE]) if os.environ[INI_FILE] else None
    ini = ini_settings(file)
    set_up_logging(file)
    set_level(load_section(RuntimeSettings, ini, os.environ).log_level)
    dramatiq.set_broker(worker_broker(ini, os.environ))

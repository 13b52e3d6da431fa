"""Real servers and a browser for the tests: found, else started privately, and stopped again.

`python -m support COMMAND…` (with `tests` on the path) runs a command with all of them; the fixtures in
`tests/conftest.py` start what a single test asks for when nobody started it before.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Every test builds an application of its own, and compiling the templates anew for each would take most of the time.
# All of them keep what they compiled here, see `logister_core.web.compiled`; so does Chameleon without an application.
if "CHAMELEON_CACHE" not in os.environ:
    cache = Path(tempfile.gettempdir()) / f"logister-test-templates-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    os.environ["CHAMELEON_CACHE"] = str(cache)

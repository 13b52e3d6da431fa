"""The browser for tests: found, or installed where that is ours to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

VARIABLE = "TEST_CHROMIUM"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The program in TEST_CHROMIUM, else the first known one on PATH."""
    given = os.environ.get(VARIABLE, "")
    return given or next(filter(None, map(shutil.which, _PROGRAMS)), None)


def find_or_install_chromium() -> str | None:
    """As `find_chromium`; root on Debian installs it from there when it is missing."""
    found = find_chromium()
    if found is None and os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        print("Installing Chromium for the browser journeys (apt-get install chromium) …", flush=True)
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")
        found = find_chromium()
    return found


def _apt(*arguments: str) -> None:
    """Quiet unless it fails; a failure is told and leaves us without a browser, which the caller reports."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}", flush=True)

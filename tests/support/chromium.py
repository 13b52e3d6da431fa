"""The browser for tests: found, or installed where that is ours to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "TEST_CHROMIUM"
# The first has no windows to keep ready, and takes half the time for a page.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# Debian's packages.
_CHROMIUM = ("chromium-headless-shell", "fonts-dejavu-core")
_DRIVER = ("libatomic1",)


def find_chromium() -> str | None:
    """The program in TEST_CHROMIUM, else the first known one on PATH."""
    given = os.environ.get(VARIABLE, "")
    return given or next(filter(None, map(shutil.which, _PROGRAMS)), None)


def find_or_install_chromium() -> str | None:
    """As `find_chromium`; root on Debian installs what is missing of it and of the program that drives it."""
    missing = [*(() if find_chromium() else _CHROMIUM), *(() if _driver_runs() else _DRIVER)]
    if missing and os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        print(f"Installing for the browser journeys: apt-get install {' '.join(missing)} …", flush=True)
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", *missing)
    return find_chromium() if _driver_runs() else None


def _driver_runs() -> bool:
    """Whether Playwright's own Node starts; it needs a library that a small Debian lacks."""
    return (
        subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False).returncode
        == 0
    )


def _apt(*arguments: str) -> None:
    """Quiet unless it fails; a failure is told and leaves us without a browser, which the caller reports."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}", flush=True)

"""`python check_wheel.py WHEEL`: is everything below src in the wheel? Exit status 1 with the names of what is not.

Templates, static files and migrations are found by patterns in setup.py; a new kind of file is easily forgotten.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"


def missing_from(wheel: str) -> list[str]:
    packed = set(zipfile.ZipFile(wheel).namelist())
    written = (file.relative_to(SOURCES) for file in SOURCES.rglob("*") if file.is_file())
    wanted = (
        file.as_posix() for file in written if not file.match("*.pyc") and not file.parts[0].endswith(".egg-info")
    )
    return sorted(name for name in wanted if name not in packed)


if __name__ == "__main__":
    missing = missing_from(sys.argv[1])
    if missing:
        sys.exit("error: not in the wheel, see package_data in setup.py: " + ", ".join(missing))

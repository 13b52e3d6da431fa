"""`python -m logister_core.cli`, for those whose PATH does not lead to the console script."""

from __future__ import annotations

from logister_core.cli import main

main()

"""`python -m logister_core.bench`."""

from __future__ import annotations

from logister_core.bench.command import bench

bench()

"""`python -m logister_core.bench`: the same as `logister bench`."""

from __future__ import annotations

from logister_core.bench.command import bench

bench(prog_name="logister bench")

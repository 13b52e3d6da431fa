"""The example has tests of its own, which run where it is installed: see tests/integration/test_plugins.py."""

collect_ignore = ["example"]

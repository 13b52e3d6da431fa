"""Real servers and a browser for the tests: found, else started privately, and stopped again.

`python -m support COMMAND…` (with `tests` on the path) runs a command with all of them; the fixtures in
`tests/conftest.py` start what a single test asks for when nobody started it before.
"""

"""Optional parts of Logister, one package each, switched on by name or by their own variable.

Each is an entry point of the group `logister.plugins`; the core never imports one. See `logister_core.plugins`.
"""

"""Releases, commits and when they went out."""

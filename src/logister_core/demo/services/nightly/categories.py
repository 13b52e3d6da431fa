"""The tree of categories, rebuilt every night."""

from __future__ import annotations


def rebuild(*, parents: dict[str, str]) -> dict[str, int]:
    return {category: depth(category, parents) for category in parents}


def depth(category: str, parents: dict[str, str]) -> int:
    parent = parents.get(category)
    if parent is None:
        return 0
    return 1 + depth(parent, parents)

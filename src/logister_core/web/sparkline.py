"""Geometry and words of the small bar charts in rows and heads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape


class Sparkline(NamedTuple):
    """SVG paths in a box of `width` × `height` pixels; `peak` holds the highest bars, set apart by colour."""

    width: int
    height: int
    bars: str
    peak: str
    text: str

    def __html__(self) -> str:
        """The drawing. Not a component of the template: a page has hundreds of them."""
        text, size = escape(self.text), f'width="{self.width}" height="{self.height}"'
        return (
            f'<svg class="spark" role="img" aria-label="{text}" {size} viewBox="0 0 {self.width} {self.height}">'
            f'<title>{text}</title><path class="spark-bars" d="{self.bars}"/><path class="spark-peak" d="{self.peak}"/>'
            "</svg>"
        )


def sparkline(values: Sequence[int], *, label: str = "Events", width: int = 72, height: int = 16) -> Sparkline:
    """One bar per value, oldest first; `text` names every value and the total for those who cannot see it."""
    return _sparkline(tuple(values), label, width, height)


@lru_cache(maxsize=4096)
def _sparkline(values: tuple[int, ...], label: str, width: int, height: int) -> Sparkline:
    # Most errors are rare, so many charts of a page are alike.
    bars: list[str] = []
    peak: list[str] = []
    count, top = len(values), max(values, default=0)
    for position, value in enumerate(values):
        if value <= 0:
            # A hairline, so that the axis of time stays visible.
            bars.append(_bar(position, count, 1.0, width, height))
        else:
            tall = max(round(value / top * height, 1), 2.0)
            (peak if value == top else bars).append(_bar(position, count, tall, width, height))
    listed = ", ".join([f"{value:,}" for value in values]) or "none"
    return Sparkline(width, height, "".join(bars), "".join(peak), f"{label}: {listed}; total {sum(values):,}")


@lru_cache(maxsize=8192)
def _bar(position: int, count: int, tall: float, width: int, height: int) -> str:
    """Charts of one size have few different bars, and pages have hundreds of charts."""
    step = width / count
    # Few wide bars would look like blocks: the gap grows with the step, bars stay at most 8 px wide.
    wide = round(min(max(step - max(step / 5, 1), 0.5), 8), 2)
    left = round(position * step + (step - wide), 2)
    return f"M{left:g} {height - tall:g}h{wide:g}v{tall:g}h-{wide:g}z"

"""How far something is from an event."""

from __future__ import annotations

import pytest

from logister_core.events.offsets import offset_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (-0.01, "0.0 s"),
        (0.24, "+0.2 s"),
        (-12.4, "−12.4 s"),
        (-59.94, "−59.9 s"),
        (59.96, "+1 min"),
        (-80, "−1 min 20 s"),
        (300, "+5 min"),
        (-7_260, "−2 h 1 min"),
    ],
)
def test_offsets_read_as_time_to_the_event(seconds, text):
    assert offset_text(seconds) == text

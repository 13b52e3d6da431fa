from __future__ import annotations

import re

from logister_core.web.sparkline import sparkline


def test_the_text_lists_the_values_and_their_total():
    assert sparkline([1, 0, 1200], label="Events per day").text == "Events per day: 1, 0, 1,200; total 1,201"


def test_every_value_has_a_bar_inside_the_box():
    spark = sparkline([0, 3, 7, 7, 1], width=72, height=16)
    boxes = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", spark.bars + spark.peak)
    assert len(boxes) == 5
    for left, top, wide, tall in (map(float, box) for box in boxes):
        assert left + wide <= 72
        assert top >= 0
        assert round(top + tall, 3) == 16


def test_only_the_highest_bars_are_set_apart():
    spark = sparkline([1, 7, 7])
    assert spark.peak.count("M") == 2
    assert spark.bars.count("M") == 1


def test_nothing_but_zeros_keeps_the_axis_and_has_no_peak():
    spark = sparkline([0, 0])
    assert spark.peak == ""
    assert spark.bars.count("v1h") == 2


def test_no_values_at_all():
    assert sparkline([]).text == "Events: none; total 0"

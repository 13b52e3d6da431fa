from __future__ import annotations

from uuid import UUID

import pytest

from logister_core.security.inputs import canonical_uuid, lines, one_line


def test_a_line_is_trimmed_and_stays_one_line():
    assert one_line("  Shop\r\nfront\x00 end \u2028\ud800 ") == "Shop front  end"
    assert one_line(None) == ""


def test_several_lines_keep_their_ends():
    assert lines(" first\r\nsecond\rthird\x00\tend\n") == "first\nsecond\nthird end"
    assert lines(None) == ""


def test_a_uuid_is_read_in_any_case():
    text = "0198C0DE-0000-7000-8000-00000000000a"
    assert canonical_uuid(text) == UUID(text)


@pytest.mark.parametrize(
    "text",
    ["", "1", "0198c0de00007000800000000000000a", "{0198c0de-0000-7000-8000-00000000000a}", "x" * 36, "new", "١" * 8],
)
def test_other_forms_are_none(text):
    assert canonical_uuid(text) is None

from __future__ import annotations

from itertools import pairwise

import pytest

from logister_core import __version__
from logister_core.updates.versions import current_version, version


def test_versions_are_ordered_by_their_numbers():
    ascending = ["0.9", "1.0.0.dev3", "1.0.0-alpha.1", "1.0b1", "1.0.0rc1", "1.0.0-rc.2", "1.0.0", "1.0.post1"]
    ascending += ["v1.0.1", "1.9", "1.10", "2.0", "10.0.0.1"]
    for smaller, greater in pairwise(ascending):
        assert version(smaller) < version(greater), (smaller, greater)


@pytest.mark.parametrize("same", ["v2.1.0", "2.1", "V2.1.0", "2.1.0+build.7", "2.1.0.0"])
def test_a_leading_v_and_the_build_do_not_count(same):
    assert version(same) == version("2.1.0")


@pytest.mark.parametrize(
    "text", ["", None, "nightly", "v", "20261125", "1234567", "1.", "1..2", "2.1.0-x", "logister@1.2", "1.2 3", "٣.١"]
)
def test_other_words_are_no_versions(text):
    assert version(text) is None


def test_the_text_names_a_version_without_v_and_build():
    assert version("v2.1.0-rc.1+exp.5").text == "2.1.0-rc.1"


def test_the_release_counts_when_it_looks_like_a_version():
    assert current_version("v2.1.0").text == "2.1.0"
    assert current_version("logister@1234567").text == current_version(None).text == __version__

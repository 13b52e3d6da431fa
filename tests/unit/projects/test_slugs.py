from __future__ import annotations

import pytest

from logister_core.projects.slugs import free_slug, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Shop", "shop"),
        ("  My  Shop (2) ", "my-shop-2"),
        ("Café Zürich", "cafe-zurich"),
        ("api_v2.internal", "api-v2-internal"),
        ("日本", "project"),
        ("---", "project"),
    ],
)
def test_a_slug_is_the_name_in_plain_letters(name, slug):
    assert slug_of(name) == slug


def test_a_taken_slug_gets_the_first_free_number():
    assert free_slug("Shop", set()) == "shop"
    assert free_slug("Shop", {"shop"}) == "shop-2"
    assert free_slug("Shop", {"shop", "shop-2", "shop-4"}) == "shop-3"
    assert free_slug("Shop 2", {"shop", "shop-2"}) == "shop-2-2"

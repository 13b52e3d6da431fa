"""What administrators are told about banner and analytics."""

from __future__ import annotations

import pytest

from logister_core.administration.installation.catalogue import catalogue
from logister_core.administration.installation.sections import Examination
from support.upstream import Reply


@pytest.fixture
def diagnosis(make_site, upstream):
    def diagnosis(**environ):
        site = make_site(**upstream.environ | environ)
        sections = catalogue(site.settings)
        examination = Examination(site.registry, site.settings, saved=True, fields={})
        return sections.examine(sections.named("public-site"), examination)

    return diagnosis


def test_a_banner_that_is_served_is_good(diagnosis, upstream):
    found = diagnosis(GOOGLE_TAG_ID="G-ABC123")
    assert (found.passed, found.summary) == (True, "The API serves the settings of the banner.")
    assert found.details == {"consent_enabled": True, "analytics_configured": True}
    assert [asked.method for asked in upstream.server.asked] == ["GET"]


def test_one_that_is_not_served_is_not(diagnosis, upstream):
    upstream.disturbance = Reply(404)
    assert diagnosis().summary == "The API does not serve this banner (HTTP 404)."
    found = diagnosis(PROBO_COOKIE_BANNER_BASE_URL="http://127.0.0.1:1/api")
    assert (found.passed, found.summary) == (False, "The API does not serve this banner (ConnectionRefusedError).")


def test_without_a_banner_it_is_either_off_or_unfinished(diagnosis, upstream):
    assert not diagnosis(PROBO_COOKIE_BANNER_ID="").passed
    found = diagnosis(PROBO_COOKIE_BANNER_ID="", LOGISTER_COOKIE_CONSENT_ENABLED="false")
    assert (found.passed, found.details) == (True, {"consent_enabled": False, "analytics_configured": False})
    assert upstream.server.asked == []

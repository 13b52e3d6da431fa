"""Where archives go, as operators say it (specification, accounts §11.2 and archive §2)."""

from __future__ import annotations

import pytest

from logister_core.settings import SettingsError, load_settings
from logister_core.testing import PluginContract
from logister_plugins import archive
from logister_plugins.archive import Settings
from support.shipped import all_variables

S3 = {"LOGISTER_ARCHIVE_STORAGE_SERVICE": "s3", "AWS_S3_BUCKET": "archives"}
[SERVICE] = [one for one in all_variables() if one.name == "LOGISTER_ARCHIVE_STORAGE_SERVICE"]


class TestContract(PluginContract):
    @pytest.fixture
    def plugin(self):
        return archive


def load(saved=None, **environ):
    return load_settings({}, environ, [Settings], saved)


@pytest.mark.parametrize(
    ("environ", "service", "active"),
    [
        ({}, "local", ""),
        ({"ACTIVE_STORAGE_SERVICE": "amazon"}, "s3", "ACTIVE_STORAGE_SERVICE"),
        ({"ACTIVE_STORAGE_SERVICE": "Amazon"}, "s3", "ACTIVE_STORAGE_SERVICE"),
        ({"LOGISTER_STORAGE_SERVICE": "S3"}, "s3", "LOGISTER_STORAGE_SERVICE"),
        ({"LOGISTER_STORAGE_SERVICE": "local", "ACTIVE_STORAGE_SERVICE": "s3"}, "local", "LOGISTER_STORAGE_SERVICE"),
        (
            {"LOGISTER_ARCHIVE_STORAGE_SERVICE": "local", "LOGISTER_STORAGE_SERVICE": "s3"},
            "local",
            "LOGISTER_ARCHIVE_STORAGE_SERVICE",
        ),
        ({"LOGISTER_ARCHIVE_STORAGE_SERVICE": " ", "ACTIVE_STORAGE_SERVICE": "s3"}, "s3", "ACTIVE_STORAGE_SERVICE"),
    ],
)
def test_the_service_has_two_older_names_and_the_active_one_is_told(environ, service, active):
    settings = load(AWS_S3_BUCKET="archives", **environ)
    assert settings.section(Settings).service == service
    assert settings.given.origin(SERVICE).name == active


def test_a_saved_service_counts_beneath_the_old_names_too():
    saved = {"archive_storage.service": "s3", "archive_storage.bucket": "archives"}
    assert load(saved).section(Settings).service == "s3"
    assert load(saved, ACTIVE_STORAGE_SERVICE="local").section(Settings).service == "local"


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("telemetry", "telemetry"), ("/a/b/", "a/b"), ("/", ""), ("", "telemetry"), ("2026=x/.hidden", "2026=x/.hidden")],
)
def test_a_prefix_goes_without_the_slashes_around_it(text, prefix):
    assert load(LOGISTER_ARCHIVE_PREFIX=text).section(Settings).prefix == prefix


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGISTER_ARCHIVE_STORAGE_SERVICE", "disk"),
        ("ACTIVE_STORAGE_SERVICE", "google"),
        ("AWS_S3_BUCKET", "a bucket"),
        ("AWS_REGION", "somewhere else"),
        ("AWS_S3_ENDPOINT", "minio:9000"),
        ("AWS_S3_FORCE_PATH_STYLE", "maybe"),
        ("LOGISTER_ARCHIVE_PREFIX", ".."),
        ("LOGISTER_ARCHIVE_PREFIX", "a/../../b"),
        ("LOGISTER_ARCHIVE_PREFIX", "a/./b"),
        ("LOGISTER_ARCHIVE_PREFIX", "a//b"),
        ("LOGISTER_ARCHIVE_PREFIX", "a\\b"),
        ("LOGISTER_ARCHIVE_PREFIX", "x" * 101),
    ],
)
def test_what_makes_no_sense_is_an_error_at_start(name, text):
    with pytest.raises(SettingsError, match=name):
        load(**{name: text})


def test_s3_needs_a_bucket_and_both_halves_of_a_key():
    with pytest.raises(SettingsError) as refusal:
        load(LOGISTER_ARCHIVE_STORAGE_SERVICE="s3", AWS_SECRET_ACCESS_KEY="swordfish")
    assert [problem.split()[0] for problem in refusal.value.problems] == ["AWS_S3_BUCKET", "AWS_ACCESS_KEY_ID"]
    assert "swordfish" not in str(refusal.value) + repr(load(AWS_SECRET_ACCESS_KEY="swordfish"))


def test_s3_without_its_library_is_an_error_at_start_and_saved_it_does_not_count(monkeypatch):
    monkeypatch.setattr(archive, "LIBRARY", "a_library_that_nobody_has")
    with pytest.raises(SettingsError, match=r"install logister\[archive\]"):
        load(**S3)
    found = load({"archive_storage.service": "s3", "archive_storage.bucket": "archives"})
    assert found.section(Settings).service == "local"
    assert "install logister[archive]" in found.warnings()[0]
    assert load().section(Settings).service == "local"

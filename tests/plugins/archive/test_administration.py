"""The page of settings really writes, reads and deletes (specification, accounts §11.6)."""

from __future__ import annotations

import logging
import time

import pytest

from logister_core.administration.installation.catalogue import catalogue
from logister_core.administration.installation.sections import Examination
from logister_core.settings import load_settings
from logister_plugins.archive import Settings
from logister_plugins.archive.administration import NAME, try_out
from logister_plugins.archive.local import LocalStorage
from logister_plugins.archive.storage import StorageError
from support.s3 import SECRET_KEY
from support.upstream import Reply, upstream

WRONG = "another/secret"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def diagnosis(home):
    """What the test of the page finds with these variables."""

    def diagnosis(**environ):
        settings = load_settings({}, {"LOGISTER_HOME": str(home)} | environ, [Settings])
        sections = catalogue(settings)
        section = sections.named("archive-storage")
        return sections.examine(section, Examination(None, settings, saved=True, fields={}))

    return diagnosis


def test_a_folder_passes_and_is_left_empty(diagnosis, home):
    found = diagnosis()
    assert found.passed
    assert found.summary == (
        f"An object was written to the folder {home}/storage, read back and deleted. "
        "Archives themselves are written by a later release."
    )
    assert found.details == {"service": "local", "bucket": None}
    assert [path.name for path in (home / "storage").rglob("*")] == ["telemetry"]


def test_a_folder_that_is_in_the_way_fails(diagnosis, home):
    home.mkdir()
    (home / "storage").write_text("no folder")
    found = diagnosis()
    assert (found.passed, found.summary) == (
        False,
        f"Archives cannot be kept in the folder {home}/storage: something that is no folder is in the way.",
    )


@pytest.mark.parametrize("prefix", ["telemetry", "/", "backup/logister"])
def test_s3_passes_with_the_right_key_and_keeps_nothing(diagnosis, s3, prefix):
    found = diagnosis(**s3.environ | {"LOGISTER_ARCHIVE_PREFIX": prefix})
    assert (found.passed, found.details) == (True, {"service": "s3", "bucket": "archives"})
    assert found.summary.startswith("An object was written to the bucket archives, read back and deleted.")
    assert s3.versions() == []


def test_a_bucket_that_keeps_versions_keeps_none_of_the_test(diagnosis, s3):
    s3.client.create_bucket(Bucket="versioned")
    s3.client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    assert diagnosis(**s3.environ | {"AWS_S3_BUCKET": "versioned"}).passed
    assert s3.versions("versioned") == []


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"AWS_SECRET_ACCESS_KEY": WRONG}, "the secret does not belong to the access key"),
        ({"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "the access key is not known there"),
        ({"AWS_S3_BUCKET": "missing"}, "there is no bucket of that name"),
        ({"AWS_S3_ENDPOINT": "http://127.0.0.1:1"}, "it cannot be reached"),
    ],
)
def test_s3_fails_with_the_reason_and_without_secrets(diagnosis, s3, environ, reason, caplog):
    caplog.set_level(logging.DEBUG)
    found = diagnosis(**s3.environ | environ)
    bucket = environ.get("AWS_S3_BUCKET", "archives")
    assert (found.passed, found.summary) == (False, f"Archives cannot be kept in the bucket {bucket}: {reason}.")
    assert found.details == {"service": "s3", "bucket": bucket}
    assert "AKIA" not in repr(found)
    for secret in (SECRET_KEY, WRONG):
        assert secret not in repr(found) + caplog.text


def test_without_a_key_and_without_a_role_it_says_so(diagnosis, s3, monkeypatch, home):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "none"))
    found = diagnosis(**s3.environ | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert "no access key is set, and this machine has no role" in found.summary


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(504, silent=True), "it does not answer in time"),
        (Reply(403, b"<Error><Code>Nobody knows\nswordfish</Code></Error>"), "it answered HTTP 403"),
        (Reply(200, b"another"), "what was read back is not what was written"),
    ],
)
def test_a_server_that_is_none_is_given_up_within_seconds(diagnosis, s3, monkeypatch, reply, reason):
    monkeypatch.setattr("logister_plugins.archive.s3.READ_SECONDS", 0.3)
    with upstream(lambda asked: reply if reply.status != 200 or asked.method == "GET" else Reply()) as there:
        began = time.monotonic()
        found = diagnosis(**s3.environ | {"AWS_S3_ENDPOINT": there.base})
        assert time.monotonic() - began < 5
        methods = [asked.method for asked in there.asked]
    assert (found.passed, found.summary) == (False, f"Archives cannot be kept in the bucket archives: {reason}.")
    # It is deleted whether it was written or not: who knows.
    assert methods[-1] == "DELETE"


def test_nothing_stays_when_something_else_is_read_back(tmp_path):
    class Forgetful(LocalStorage):
        def get(self, key):
            return b"another"

    with pytest.raises(StorageError, match="read back"):
        try_out(Forgetful(tmp_path), "telemetry")
    assert list(tmp_path.rglob(f"{NAME}*")) == []

"""The two places of objects, and what each says when it does not work (specification, archive chapter §3)."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest
from botocore.exceptions import ClientError

from logister_core.settings import load_settings
from logister_plugins.archive import Settings
from logister_plugins.archive.storage import NoSuchObject, StorageError, storage_of
from support.s3 import BUCKET

TYPE = "application/jsonl+gzip"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "home" / "storage"


@pytest.fixture
def make(tmp_path):
    """The storage of these variables."""

    def make(**environ):
        return storage_of(load_settings({}, {"LOGISTER_HOME": str(tmp_path / "home")} | environ, [Settings]))

    return make


@pytest.fixture
def local(make):
    return make()


@pytest.fixture(params=["local", "s3"])
def storage(request, make):
    return make(**request.getfixturevalue("s3").environ) if request.param == "s3" else make()


def test_what_is_put_is_got_until_it_is_deleted(storage):
    key, body = "telemetry/manifests/project=1/part-000000.jsonl.gz", os.urandom(100_000)
    storage.put(key, b"before", TYPE)
    storage.put(key, body, TYPE)
    assert storage.get(key) == body
    storage.delete(key)
    with pytest.raises(NoSuchObject):
        storage.get(key)
    storage.delete(key)
    storage.delete("telemetry/never/was")


def test_keys_that_lead_elsewhere_are_refused(storage):
    for key in ("", "/etc", "..", "../x", "a/../../x", "a/./x", "a//x", "a/", "a\\x", "a\0x", "ä", "x" * 1025):
        for act in (storage.get, storage.delete, lambda key: storage.put(key, b"", TYPE)):
            with pytest.raises(ValueError, match="not the key"):
                act(key)


def test_s3_gets_the_type_and_a_checksum(make, s3):
    storage = make(**s3.environ)
    storage.put("telemetry/typed", b"body", TYPE)
    answer = s3.client.head_object(Bucket=BUCKET, Key="telemetry/typed")
    assert (answer["ContentType"], answer["ETag"]) == (TYPE, f'"{hashlib.md5(b"body").hexdigest()}"')
    # The server does look at it.
    with pytest.raises(ClientError, match="BadDigest"):
        s3.client.put_object(Bucket=BUCKET, Key="bad", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    storage.delete("telemetry/typed")


def test_files_are_written_whole_and_for_the_server_alone(local, root):
    local.put("telemetry/a/b", b"body", TYPE)
    file = root / "telemetry" / "a" / "b"
    assert [path for path in root.rglob("*") if path.is_file()] == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_file_that_cannot_be_finished_leaves_the_old_one(local, root, monkeypatch):
    local.put("a", b"old", TYPE)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        local.put("a", b"new", TYPE)
    assert local.get("a") == b"old"
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_folder_that_cannot_be_used_is_told_without_the_words_of_the_error(local, root):
    root.parent.mkdir()
    root.write_text("no folder")
    with pytest.raises(StorageError) as refusal:
        local.put("a", b"", TYPE)
    assert str(refusal.value) == "something that is no folder is in the way"

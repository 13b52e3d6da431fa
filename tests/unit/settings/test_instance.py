"""The secret that development generates and keeps (spec 80 §2.1)."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from logister_core.settings import SettingsError, load_settings, with_secret_key


def settings_at(home: Path):
    return load_settings({}, {"LOGISTER_HOME": str(home)})


def test_a_secret_is_generated_once_and_only_the_owner_reads_it(tmp_path: Path):
    home = tmp_path / "deep" / "var"
    first = with_secret_key(settings_at(home)).secret_key
    assert len(first) >= 32
    assert with_secret_key(settings_at(home)).secret_key == first
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["secret"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: with_secret_key(settings_at(tmp_path)).secret_key, range(40)))
    assert len(keys) == 1


def test_a_given_secret_is_used_and_nothing_is_written(tmp_path: Path):
    environ = {"LOGISTER_HOME": str(tmp_path), "RAILS_MASTER_KEY": "m" * 32}
    assert with_secret_key(load_settings({}, environ)).secret_key == "m" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_secret_is_an_error_that_names_the_file(tmp_path: Path):
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(SettingsError, match=r"/secret is damaged; expected at least 32 characters"):
        with_secret_key(settings_at(tmp_path))


def test_a_home_that_cannot_be_a_folder_is_an_error_that_names_the_variable(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="LOGISTER_HOME cannot be used"):
        with_secret_key(settings_at(tmp_path / "file"))


def test_a_secret_asked_for_too_early_says_what_to_call(tmp_path: Path):
    with pytest.raises(RuntimeError, match="with_secret_key"):
        _ = settings_at(tmp_path).secret_key

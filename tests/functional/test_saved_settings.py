"""Saved settings: in the database, in running processes, and under a new root secret."""

from __future__ import annotations

import json
import logging

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from logister_core import plugins
from logister_core.app import make_application
from logister_core.cli.console import console
from logister_core.installation.models import InstanceSetting, InstanceSettingChange
from logister_core.installation.saved_settings import SavedSettings
from logister_core.installation.saved_values import read_at_start, saved_values, settings_cipher
from logister_core.settings import SettingsError
from logister_plugins import archive
from support.shipped import all_variables


def test_saved_values_are_encrypted_and_recorded_without_them(site):
    ana = site.user()
    save(site, ana, LOGISTER_PUBLIC_URL="https://saved.example", REDIS_URL="redis://:s3cret@cache.example/1")
    rows = {row.key: row for row in site.rows(InstanceSetting)}
    assert rows.keys() == {"general.public_url", "background_jobs.redis_url"}
    assert all(row.encrypted_value.startswith("v1:") and row.updated_by_user_id == ana.id for row in rows.values())
    assert "s3cret" not in "".join(row.encrypted_value for row in rows.values())
    changes = [(row.key, row.action, row.actor_id, row.details) for row in site.rows(InstanceSettingChange)]
    assert changes == [
        ("general.public_url", "created", ana.id, {"section": "general", "secret": False, "restart": False}),
        (
            "background_jobs.redis_url",
            "created",
            ana.id,
            {"section": "background_jobs", "secret": True, "restart": True},
        ),
    ]


def test_the_same_again_is_no_change(site):
    for _ in range(2):
        save(site, None, LOGISTER_PUBLIC_URL="https://saved.example")
    save(site, None, LOGISTER_PUBLIC_URL="https://other.example")
    save(site, None, LOGISTER_PUBLIC_URL=None)
    save(site, None, LOGISTER_PUBLIC_URL=None)
    assert [row.action for row in site.rows(InstanceSettingChange)] == ["created", "updated", "removed"]
    assert site.rows(InstanceSetting) == []


def test_a_running_process_takes_up_what_another_saved(site):
    heard = []
    site.registry.live_settings.listen(heard.append)
    assert not site.registry.live_settings.refresh()
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example", DRAMATIQ_THREADS="9")
    assert site.settings.product.public_url == "http://localhost:6543"
    assert site.registry.live_settings.refresh()
    assert site.settings.product.public_url == "https://saved.example"
    assert site.settings.tasks.threads == 5  # until a restart
    assert heard == [site.registry]
    assert not site.registry.live_settings.refresh()
    assert "https://saved.example" in json.dumps(site.browser().get("/api/v1/openapi.json").json["servers"])
    site.registry.live_settings._listeners.remove(heard.append)


def test_rate_limits_of_intake_follow(site):
    save(site, None, LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1")
    site.registry.live_settings.refresh()
    assert site.post("/api/v1/ingest_events", {}, "wrong").status_int == 401
    assert site.post("/api/v1/ingest_events", {}, "wrong").status_int == 429


def test_a_process_that_starts_finds_them(site):
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example", DRAMATIQ_THREADS="9")
    registry = make_application({}, environ_of(site)).registry
    registry.engine.dispose()
    assert registry.logister_settings.product.public_url == "https://saved.example"
    assert registry.logister_settings.tasks.threads == 9


def test_a_variable_and_what_is_saved_are_whole_together(site):
    environ = environ_of(site) | {"LOGISTER_ARCHIVE_STORAGE_SERVICE": "s3"}
    with pytest.raises(SettingsError, match="AWS_S3_BUCKET is not set"):
        plugins.load({}, environ, saved=read_at_start)
    save(site, None, AWS_S3_BUCKET="archives")
    settings, _ = plugins.load({}, environ, saved=read_at_start)
    ours = settings.section(archive.Settings)
    assert (ours.service, ours.bucket) == ("s3", "archives")


def test_case_50_27_without_the_table_everything_is_as_if_nothing_were_saved(site, caplog):
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example")
    with site.write() as db:
        db.execute(text("ALTER TABLE instance_settings RENAME TO gone"))
    try:
        registry = make_application({}, environ_of(site)).registry
        registry.engine.dispose()
        assert registry.logister_settings.product.public_url == "http://localhost:6543"
        environ = environ_of(site) | {"LOGISTER_PUBLIC_URL": "https://env.example"}
        settings, _ = plugins.load({}, environ, saved=read_at_start)
        assert settings.product.public_url == "https://env.example"
        assert not site.registry.live_settings.refresh()
        assert site.browser().get("/up").status_int == 200
    finally:
        with site.write() as db:
            db.execute(text("ALTER TABLE gone RENAME TO instance_settings"))


def test_what_cannot_be_decrypted_was_never_saved(site, caplog):
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example", LOGISTER_DOCS_URL="https://docs.example")
    with site.write() as db:
        db.get_one(InstanceSetting, "general.public_url").encrypted_value = "v1:AAAA"
    with caplog.at_level(logging.WARNING):
        site.registry.live_settings.refresh()
    assert site.settings.product.public_url == "http://localhost:6543"
    assert site.settings.product.docs_url == "https://docs.example"
    assert "settings.not_decrypted keys=general.public_url" in caplog.text
    # Saving and removing still work.
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example")
    assert saved_values(site.registry.engine, site.settings.secret_key).keys() == {
        "general.public_url",
        "general.docs_url",
    }


def test_a_new_root_secret_takes_saved_settings_along(site):
    old, new = site.settings.secret_key, "n" * 40
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example", REDIS_URL="redis://:s3cret@cache.example/1")
    environ = environ_of(site) | {"LOGISTER_SECRET_KEY": new}
    assert rotate(environ, LOGISTER_OLD_SECRET_KEY=old) == {"rotated": 2, "current": 0}
    assert rotate(environ, LOGISTER_OLD_SECRET_KEY=old) == {"rotated": 0, "current": 2}
    assert saved_values(site.registry.engine, new)["background_jobs.redis_url"] == "redis://:s3cret@cache.example/1"
    assert saved_values(site.registry.engine, old) == {}


def test_with_a_wrong_old_secret_nothing_is_changed(site):
    save(site, None, LOGISTER_PUBLIC_URL="https://saved.example")
    before = site.rows(InstanceSetting)[0].encrypted_value
    environ = environ_of(site) | {"LOGISTER_SECRET_KEY": "n" * 40}
    result = CliRunner().invoke(console(), ["secrets", "rotate", "--old-key-file", "-"], env=environ, input="w" * 40)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: neither secret can read general.public_url; nothing was changed. Is the old secret the right one?\n"
    )
    assert site.rows(InstanceSetting)[0].encrypted_value == before


def test_rotation_asks_for_the_old_secret(site):
    result = CliRunner().invoke(console(), ["secrets", "rotate"], env=environ_of(site))
    assert result.exit_code == 1
    assert "set LOGISTER_OLD_SECRET_KEY, or give a file with --old-key-file" in result.stderr


def rotate(environ, **more):
    result = CliRunner().invoke(console(), ["secrets", "rotate", "--json"], env=environ | more)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def save(site, actor, **values):
    """Save variables by name, as the request of another process would; None removes."""
    by_name = {variable.name: variable for variable in all_variables()}
    with site.write() as db:
        service = SavedSettings(
            db,
            site.clock,
            settings_cipher(site.settings.secret_key),
            actor=actor,
            request_id="r",
            on_change=lambda: None,
        )
        for name, value in values.items():
            service.remove(by_name[name]) if value is None else service.save(by_name[name], value)


def environ_of(site):
    return {
        "LOGISTER_ENV": "test",
        "LOGISTER_HOME": str(site.home),
        "DATABASE_URL": site.settings.database.url,
        "LOGISTER_SECRET_KEY": site.settings.secret_key,
    }

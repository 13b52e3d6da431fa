"""Saved values lie beneath environment and ini file, and never keep a server from starting."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from logister_core.settings import Kind, Saved, SettingsError, Source, choice, load_settings, setting, text, variables
from logister_core.settings.fields import variables_of
from logister_core.settings.sections import ProductSettings

VARIABLE = dict(variables_of(ProductSettings))["public_url"]
SAVED = {"general.public_url": "https://saved.example"}


@pytest.mark.parametrize(
    ("environ", "ini", "saved", "value", "source", "name"),
    [
        ({}, {}, {}, "http://localhost:6543", Source.DEFAULT, ""),
        ({}, {}, SAVED, "https://saved.example", Source.DATABASE, "general.public_url"),
        ({}, {"logister.public_url": "https://ini.example"}, SAVED, "https://ini.example", Source.INI, None),
        ({"LOGISTER_PUBLIC_URL": "https://env.example"}, {}, SAVED, "https://env.example", Source.ENVIRONMENT, None),
        ({"LOGISTER_PUBLIC_URL": " "}, {}, SAVED, "https://saved.example", Source.DATABASE, "general.public_url"),
    ],
)
def test_environment_then_ini_then_saved_then_default(environ, ini, saved, value, source, name):
    settings = load_settings(ini, environ, saved=saved)
    origin = settings.given.origin(VARIABLE)
    assert (settings.product.public_url, origin.source) == (value, source)
    assert name is None or origin.name == name


def test_an_old_name_overrides_what_is_saved_and_is_named():
    settings = load_settings({}, {"SIDEKIQ_CONCURRENCY": "7"}, saved={"background_jobs.worker_threads": "9"})
    [variable] = [one for one in variables() if one.name == "DRAMATIQ_THREADS"]
    assert settings.tasks.threads == 7
    assert settings.given.origin(variable).name == "SIDEKIQ_CONCURRENCY"


def test_an_old_name_may_have_been_written_in_another_way():
    @dataclass(frozen=True, kw_only=True)
    class Plugin:
        mode: str = setting(
            "MODE",
            "off",
            choice("off", "on", "full"),
            help="m",
            legacy={"ENABLED": Kind("yes or no", lambda text: {"yes": "on", "no": "off"}.get(text) or raise_(text))},
        )

    assert load_settings({}, {"ENABLED": "yes"}, [Plugin]).section(Plugin).mode == "on"
    assert load_settings({}, {"ENABLED": "yes", "MODE": "full"}, [Plugin]).section(Plugin).mode == "full"
    with pytest.raises(SettingsError, match=r"ENABLED \(old name of MODE\) is 'full'; expected yes or no"):
        load_settings({}, {"ENABLED": "full"}, [Plugin])


def raise_(text):
    raise ValueError(text)


def test_saved_values_that_make_no_sense_do_not_count_and_are_told():
    settings = load_settings(
        {}, {}, saved={"general.public_url": "nonsense", "general.docs_url": "https://docs.example"}
    )
    assert settings.product.public_url == "http://localhost:6543"
    assert settings.product.docs_url == "https://docs.example"
    assert settings.warnings() == [
        "the saved value of LOGISTER_PUBLIC_URL is 'nonsense'; expected a URL with host that starts with "
        "http:// or https://"
    ]


def test_secrets_are_not_told():
    settings = load_settings({}, {}, saved={"background_jobs.redis_url": "ftp://user:s3cret@host"})
    assert "s3cret" not in "".join(settings.warnings())


def test_saved_values_that_do_not_fit_each_other_are_left_out_together():
    settings = load_settings({}, {}, saved={"observability.endpoint": "https://elsewhere.example/ingest"})
    assert settings.self_observability.endpoint == "http://localhost:6543/api/v1/ingest_events"
    assert "left out" in settings.warnings()[0]


def test_what_a_variable_lacks_may_be_saved():
    environ = {"SES_SMTP_USERNAME": "mailer"}
    with pytest.raises(SettingsError, match="SES_SMTP_PASSWORD is not set"):
        load_settings({}, environ)
    before = load_settings({}, environ, whole=False)
    assert before.with_saved({"email.smtp_password": "s3cret"}).mail.password == "s3cret"
    with pytest.raises(SettingsError, match="SES_SMTP_PASSWORD is not set"):
        before.with_saved({})
    # What cannot be saved is missed at once.
    with pytest.raises(SettingsError, match="LOGISTER_SECRET_KEY is not set"):
        load_settings({}, {"LOGISTER_ENV": "production"}, whole=False)


def test_a_bad_variable_is_still_an_error():
    with pytest.raises(SettingsError, match="LOGISTER_PUBLIC_URL"):
        load_settings({}, {"LOGISTER_PUBLIC_URL": "nonsense"}, saved=SAVED)


def test_running_processes_take_up_what_needs_no_restart():
    running = load_settings({}, {})
    fresh = running.with_saved({**SAVED, "background_jobs.worker_threads": "9"})
    assert (fresh.product.public_url, fresh.tasks.threads) == ("https://saved.example", 9)
    taken = running.taking_over(fresh)
    assert (taken.product.public_url, taken.tasks.threads) == ("https://saved.example", 5)
    assert taken.taking_over(running.with_saved({})).product.public_url == "http://localhost:6543"


def test_what_start_up_filled_in_stays():
    import dataclasses

    loaded = load_settings({}, {})
    running = dataclasses.replace(loaded, runtime=dataclasses.replace(loaded.runtime, secret_key="s" * 40))
    assert running.with_saved(SAVED).secret_key == "s" * 40


def test_settings_of_plugins_are_saved_alike():
    @dataclass(frozen=True, kw_only=True)
    class Plugin:
        word: str = setting("WORD", "a", text(), help="w", saved=Saved("plugin.word", "Word"))
        late: str = setting("LATE", "a", text(), help="l", saved=Saved("plugin.late", "Late", restart=True))

    running = load_settings({}, {}, [Plugin])
    fresh = running.with_saved({"plugin.word": "b", "plugin.late": "b"})
    assert fresh.section(Plugin) == Plugin(word="b", late="b")
    assert running.taking_over(fresh).section(Plugin) == Plugin(word="b", late="a")


def test_only_what_is_read_is_kept_of_the_environment():
    settings = load_settings({}, {"AWS_SECRET": "x", "PORT": "1"})
    assert settings.given.environ == {"PORT": "1"}
    assert "s3cret" not in repr(load_settings({}, {"LOGISTER_SETUP_TOKEN": "s3cret"}))


def test_keys_are_unique():
    keys = [variable.saved.key for variable in variables() if variable.saved]
    assert len(keys) == len(set(keys)) > 10

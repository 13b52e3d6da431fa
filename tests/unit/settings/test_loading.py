"""Where values come from, what is refused, and how problems are told (spec 80 §2)."""

from __future__ import annotations

import dataclasses
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from logister_core.settings import SettingsError, boolean, integer, load_section, load_settings, setting

SECRET = "s" * 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class WidgetSettings:
    """What a plugin would bring."""

    enabled: bool = setting("WIDGET_ENABLED", "no", boolean(), help="switch")
    timeout_ms: int = setting("WIDGET_TIMEOUT_MS", "15000", integer(100, 120_000, unit="ms"), help="wait")
    key: str | None = setting("WIDGET_KEY", None, integer(1), help="credential", secret=True)

    def problems(self) -> list[str]:
        if self.enabled and self.key is None:
            return ["WIDGET_KEY is not set; expected a key, because WIDGET_ENABLED is on"]
        return []


def problems_of(environ: dict[str, str], ini: dict[str, str] | None = None, sections: tuple[type, ...] = ()):
    with pytest.raises(SettingsError) as caught:
        load_settings(ini or {}, environ, sections)
    return caught.value.problems


def test_case_80_1_production_without_a_secret_is_refused_by_name_and_development_starts():
    (problem,) = problems_of({}, {"logister.env": "production"})
    assert "LOGISTER_SECRET_KEY" in problem
    assert "32 characters" in problem
    assert load_settings({}, {}).runtime.env == "development"


def test_case_80_2_old_names_count_and_lose_to_new_names():
    assert load_settings({}, {"RAILS_MAX_THREADS": "7"}).runtime.threads == 7
    assert load_settings({}, {"RAILS_MAX_THREADS": "7", "WAITRESS_THREADS": "4"}).runtime.threads == 4
    assert load_settings({}, {"SIDEKIQ_CONCURRENCY": "4"}).tasks.threads == 4


def test_case_80_4_the_migration_address_is_a_setting_of_its_own():
    settings = load_settings(
        {}, {"DATABASE_URL": "postgres://u@db/app", "DATABASE_MIGRATION_URL": "postgres://owner@db/app"}
    )
    assert settings.database.migration_url == "postgresql+psycopg://owner@db/app"
    assert settings.database.url == "postgresql+psycopg://u@db/app"


def test_case_80_5_without_a_database_url_there_is_a_sqlite_file_in_the_instance_folder(tmp_path: Path):
    settings = load_settings({}, {"LOGISTER_HOME": str(tmp_path / "in stance")})
    assert settings.database.url == f"sqlite:///{tmp_path}/in stance/logister.db"
    assert settings.embedded
    assert not (tmp_path / "in stance").exists()


def test_an_installation_reports_on_itself_only_with_a_key():
    reports = load_settings({}, {}).self_observability
    assert (reports.active, reports.api_key) == (False, None)
    reports = load_settings(
        {}, {"LOGISTER_API_KEY": "k", "LOGISTER_PUBLIC_URL": "https://own.example"}
    ).self_observability
    assert (reports.active, reports.endpoint) == (True, "https://own.example/api/v1/ingest_events")
    other = {"LOGISTER_API_KEY": "k", "LOGISTER_ENDPOINT": "https://other.example/in"}
    assert load_settings({}, other).self_observability.endpoint == "https://other.example/in"
    assert "api_key" not in repr(reports)


def test_where_to_report_without_a_key_is_a_mistake():
    (problem,) = problems_of({"LOGISTER_ENDPOINT": "https://other.example/in"})
    assert problem == "LOGISTER_API_KEY is not set; expected a key for what LOGISTER_ENDPOINT is to receive"
    (problem,) = problems_of({"LOGISTER_API_KEY": "k", "LOGISTER_ENDPOINT": "other.example"})
    assert problem.startswith("LOGISTER_ENDPOINT is 'other.example'; expected a URL with host")


def test_case_80_7_a_boolean_is_one_of_eight_words():
    for word, value in {"no": False, "OFF": False, "0": False, "false": False, "Yes": True, "on": True}.items():
        section = load_section(WidgetSettings, {}, {"WIDGET_ENABLED": word, "WIDGET_KEY": "1"})
        assert section.enabled is value
    (problem,) = problems_of({"WIDGET_ENABLED": "maybe"}, sections=(WidgetSettings,))
    assert problem == "WIDGET_ENABLED is 'maybe'; expected 1, true, yes, on or 0, false, no, off"


@pytest.mark.parametrize("value", ["99", "120001", "abc", "1.5", "1e3", "", "१००"])
def test_case_80_8_a_number_out_of_range_is_refused_with_its_bounds(value: str):
    if not value:
        assert load_section(WidgetSettings, {}, {"WIDGET_TIMEOUT_MS": value}).timeout_ms == 15000
        return
    (problem,) = problems_of({"WIDGET_TIMEOUT_MS": value}, sections=(WidgetSettings,))
    assert problem == f"WIDGET_TIMEOUT_MS is {value!r}; expected a whole number of ms, 100 to 120000"


def test_case_80_8_the_bounds_themselves_are_accepted():
    for value in (100, 120_000):
        assert load_section(WidgetSettings, {}, {"WIDGET_TIMEOUT_MS": str(value)}).timeout_ms == value


def test_the_environment_wins_over_the_ini_file_and_blank_is_unset():
    ini = {"logister.port": "7000", "logister.waitress_threads": " 9 "}
    settings = load_settings(ini, {"PORT": "  ", "WAITRESS_THREADS": "8", "LOGISTER_HOME": ""})
    assert settings.runtime.port == 7000
    assert settings.runtime.threads == 8
    assert settings.runtime.home == Path("var").absolute()


def test_an_old_name_in_the_environment_wins_over_the_ini_file():
    assert load_settings({"logister.waitress_threads": "9"}, {"RAILS_MAX_THREADS": "7"}).runtime.threads == 7


def test_all_problems_of_all_sections_are_told_together():
    environ = {
        "RAILS_MAX_THREADS": "many",
        "DATABASE_URL": "mysql://root:hunter2@db/app",
        "REDIS_URL": "redis://:hunter2@cache:port/0",
        "LOGISTER_SECRET_KEY": "hunter2",
        "LOGISTER_TRUSTED_PROXIES": "10.0.0.0/8, everyone",
        "WIDGET_TIMEOUT_MS": "1",
    }
    ini = {"logister.port": "70000", "logister.env": "production"}
    with pytest.raises(SettingsError) as caught:
        load_settings(ini, environ, (WidgetSettings,))
    assert caught.value.problems == [
        "LOGISTER_SECRET_KEY is '***'; expected at least 32 characters",
        "RAILS_MAX_THREADS (old name of WAITRESS_THREADS) is 'many'; expected a whole number of threads, 1 to 1000",
        "PORT (logister.port in the ini file) is '70000'; expected a whole number, 1 to 65535",
        "LOGISTER_TRUSTED_PROXIES is '10.0.0.0/8, everyone'; "
        "expected a comma-separated list of networks such as 10.0.0.0/8",
        "DATABASE_URL is 'mysql://***@db/app'; "
        "expected postgresql://user:password@host:5432/name or sqlite:////folder/file.db",
        "REDIS_URL is 'redis://***@cache:port/0'; expected a URL with host that starts with redis:// or rediss://",
        "WIDGET_TIMEOUT_MS is '1'; expected a whole number of ms, 100 to 120000",
    ]
    assert str(caught.value).startswith("the configuration has 7 problems:\n  - LOGISTER_SECRET_KEY")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "postgres://app:hunter2",
        "host=db password=hunter2",
        "postgresql://app:hun/hunter2@/x",
        "postgresql://db/?password=hunter2",
    ],
)
def test_a_password_in_a_bad_database_address_is_never_shown(value: str):
    (problem,) = problems_of({"DATABASE_URL": value})
    assert problem.startswith("DATABASE_URL is '")
    assert "hunter2" not in problem


def test_secrets_stay_out_of_the_repr():
    settings = load_settings(
        {},
        {
            "LOGISTER_SECRET_KEY": SECRET,
            "LOGISTER_SETUP_TOKEN": "open-sesame",
            "DATABASE_URL": "postgres://app:hunter2@db/app",
            "REDIS_URL": "redis://:hunter2@cache/0",
        },
    )
    for hidden in (SECRET, "open-sesame", "hunter2"):
        assert hidden not in repr(settings)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_address_means_psycopg(scheme: str):
    settings = load_settings({}, {"DATABASE_URL": f"{scheme}://u:p%40ss@db:5433/app?sslmode=require"})
    assert settings.database.url == "postgresql+psycopg://u:p%40ss@db:5433/app?sslmode=require"
    assert not settings.database.sqlite
    assert not settings.embedded


@pytest.mark.parametrize("value", ["postgres://db", "postgres:///app", "sqlite://", "sqlite://db", "app.db"])
def test_an_incomplete_database_address_is_refused(value: str):
    assert len(problems_of({"DATABASE_URL": value})) == 1


def test_redis_carries_the_queue_unless_the_queue_has_its_own():
    assert load_settings({}, {}).in_process_worker
    settings = load_settings({}, {"REDIS_URL": "redis://cache:6379/0"})
    assert settings.tasks.queue_url == "redis://cache:6379/0"
    assert not settings.in_process_worker
    assert not settings.embedded
    settings = load_settings({}, {"REDIS_URL": "redis://cache/0", "REDIS_SIDEKIQ_URL": "rediss://queue/1"})
    assert settings.tasks.queue_url == "rediss://queue/1"


def test_pools_follow_the_threads_unless_set():
    redis = {"REDIS_URL": "redis://cache/0"}
    settings = load_settings({}, {"WAITRESS_THREADS": "3", "DRAMATIQ_THREADS": "1", **redis})
    assert (settings.web_pool_size, settings.worker_pool_size, settings.worker_pool_required) == (5, 3, 3)
    settings = load_settings({}, {"WAITRESS_THREADS": "8", "DB_POOL_HEADROOM": "4", **redis})
    assert (settings.web_pool_size, settings.worker_pool_size) == (8, 9)
    assert load_settings({}, {"WAITRESS_THREADS": "8"}).web_pool_size == 8 + 5 + 2
    settings = load_settings({}, {"DB_POOL": "6", **redis})
    assert (settings.web_pool_size, settings.worker_pool_size, settings.worker_pool_required) == (6, 6, 7)


def test_loopback_and_private_networks_are_trusted_by_default():
    trusted = load_settings({}, {}).runtime.trusted_proxies
    for address in ("127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1"):
        assert any(ip_address(address) in network for network in trusted), address
    for address in ("172.32.0.1", "8.8.8.8", "2001:db8::1"):
        assert not any(ip_address(address) in network for network in trusted), address
    only = load_settings({}, {"LOGISTER_TRUSTED_PROXIES": "203.0.113.7"}).runtime.trusted_proxies
    assert only == (ip_network("203.0.113.7/32"),)


def test_case_50_12_administrators_are_stripped_lower_cased_and_without_blanks():
    settings = load_settings({}, {"LOGISTER_ADMIN_EMAILS": " A@x.io ,,b@x.io,"})
    assert settings.product.admin_emails == ("a@x.io", "b@x.io")
    assert len(problems_of({"LOGISTER_ADMIN_EMAILS": "somebody"})) == 1


def test_plugins_are_named_once_each_over_commas_and_lines():
    ini = {"logister.plugins": "\nclickhouse\nturnstile, clickhouse\n"}
    assert load_settings(ini, {}).runtime.plugins == ("clickhouse", "turnstile")


def test_the_public_address_follows_the_port_until_it_is_set():
    assert load_settings({}, {"PORT": "8000"}).product.public_url == "http://localhost:8000"
    settings = load_settings({}, {"LOGISTER_PUBLIC_URL": "https://errors.example.org/"})
    assert settings.product.public_url == "https://errors.example.org"


def test_a_plugin_finds_its_own_section_and_its_rules_are_asked():
    environ = {"WIDGET_ENABLED": "on", "WIDGET_KEY": "5"}
    settings = load_settings({}, environ, (WidgetSettings,))
    assert settings.section(WidgetSettings).enabled
    assert problems_of({"WIDGET_ENABLED": "on"}, sections=(WidgetSettings,)) == [
        "WIDGET_KEY is not set; expected a key, because WIDGET_ENABLED is on"
    ]


def test_production_on_sqlite_without_https_or_mail_is_legal_and_mentioned():
    production = {"LOGISTER_ENV": "Production", "LOGISTER_SECRET_KEY": SECRET}
    words = " ".join(load_settings({}, production).warnings())
    assert "DATABASE_URL" in words
    assert "LOGISTER_PUBLIC_URL" in words
    assert "SES_SMTP_ADDRESS" in words
    grown = {"DATABASE_URL": "postgres://u@db/app", "LOGISTER_PUBLIC_URL": "https://errors.example.org"}
    grown |= {"SES_SMTP_ADDRESS": "mail.example.org"}
    assert "LOGISTER_EMAIL_FROM" in " ".join(load_settings({}, production | grown).warnings())
    grown |= {"LOGISTER_EMAIL_FROM": "errors@example.org"}
    assert load_settings({}, production | grown).warnings() == []
    assert load_settings({}, {}).warnings() == []

"""The installation's pages: settings saved in the browser, tests that connect, and the set-up of a new installation."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime

import pytest
import redis
from sqlalchemy import select

from functional.conftest import csrf
from logister_core.api_keys.models import ApiKey
from logister_core.audit.models import AuditEntry
from logister_core.installation.models import Installation, InstallationStep, InstanceSetting, InstanceSettingChange
from logister_core.installation.saved_values import saved_values
from logister_core.projects.models import Project
from logister_core.security.tokens import digest
from logister_core.tasks.brokers import HEARTBEAT_PREFIX
from support.mail_server import mail_server

START = datetime(2026, 11, 20, tzinfo=UTC)
INSTALLATION = "/admin/installation"


@pytest.fixture
def enter(people_of):
    """A browser in which an administrator of that site is signed in."""

    def enter(site, email="root@example.com"):
        return people_of(site).newcomer(email, application_admin=True)[1]

    return enter


@pytest.fixture
def browser(site, enter):
    return enter(site)


# Saving


def test_case_50_16_a_secret_is_saved_and_shown_nowhere(site, browser, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = save(browser, "email", {"email.smtp_username": "mailer", "email.smtp_password": "s3cret"})
    assert answer.status_int == 303
    page = answer.follow()
    assert "Email saved and in effect." in page.text
    assert "A value is saved, encrypted" in page.text
    assert "s3cret" not in page.text
    assert "s3cret" not in caplog.text
    assert site.settings.mail.password == "s3cret"
    for model in (InstanceSetting, InstanceSettingChange, InstallationStep, AuditEntry):
        for row in site.rows(model):
            assert "s3cret" not in repr({column.key: getattr(row, column.key) for column in model.__table__.columns})
    change = next(row for row in site.rows(InstanceSettingChange) if row.key == "email.smtp_password")
    assert (change.action, change.details["secret"]) == ("created", True)
    entry = next(row for row in site.rows(AuditEntry) if row.action == "installation.settings_saved")
    assert entry.details["settings"] == ["User", "Password"]


def test_case_50_17_blank_keeps_a_secret_and_removes_everything_else(site, browser):
    save(
        browser, "email", {"email.smtp_username": "mailer", "email.smtp_password": "s3cret", "email.smtp_port": "2525"}
    )
    save(browser, "email", {"email.smtp_password": "", "email.smtp_port": ""})
    assert (site.settings.mail.password, site.settings.mail.port) == ("s3cret", 587)
    assert site.settings.mail.username == "mailer"  # was not in the form
    page = browser.get(f"{INSTALLATION}/email")
    form = form_of(page)
    form.get("clear_keys[]", index=0).checked = True
    form["settings[email.smtp_username]"] = ""
    assert form.submit().status_int == 303
    assert (site.settings.mail.password, site.settings.mail.username) == (None, None)
    assert {row.key for row in site.rows(InstanceSetting)} == set()


def test_case_50_18_the_environment_wins_and_is_named(make_site, enter):
    site = make_site(REDIS_RATE_LIMIT_URL="redis://:envsecret@localhost:1/3")
    browser = enter(site)
    key = "background_jobs.rate_limit_redis_url"
    assert save(browser, "background-jobs", {key: "redis://:savedsecret@saved.example/4"}).status_int == 303
    page = browser.get(f"{INSTALLATION}/background-jobs")
    assert "Environment override active" in page.text
    assert "REDIS_RATE_LIMIT_URL" in page.html.main.text
    for part in ("envsecret", "savedsecret", "saved.example", "localhost:1"):
        assert part not in page.text
    assert f"settings[{key}]" not in page.text
    assert site.settings.tasks.rate_limit_url == "redis://:envsecret@localhost:1/3"


def test_an_override_is_shown_with_what_is_saved_for_later(make_site, enter):
    site = make_site(LOGISTER_PUBLIC_URL="https://env.example")
    browser = enter(site)
    save(browser, "general", {"general.public_url": "https://saved.example"})
    text = browser.get(f"{INSTALLATION}/general").html.main.text
    assert "https://env.example" in text
    assert "https://saved.example" in text
    assert "1 override" in browser.get(INSTALLATION).text
    form = form_of(browser.get(f"{INSTALLATION}/general"))
    form.get("clear_keys[]", index=0).checked = True
    form.submit()
    assert site.rows(InstanceSetting) == []


def test_case_50_19_each_role_has_its_own_redis_or_the_shared_one(site, browser):
    shared, own = "redis://shared.example/0", "redis://own.example/1"
    save(browser, "background-jobs", {"background_jobs.redis_url": shared})
    save(browser, "background-jobs", {"background_jobs.rate_limit_redis_url": own})
    fresh = site.settings.with_saved(site.settings.given.saved).tasks
    assert (fresh.queue_url, fresh.rate_limit_url) == (shared, own)


def test_what_needs_a_restart_is_told(site, browser):
    answer = save(browser, "background-jobs", {"background_jobs.worker_threads": "9"})
    page = answer.follow()
    assert "Restart web and worker for it to take effect." in page.text
    assert "Restart web and worker for Threads of a worker to take effect." in page.text
    assert site.settings.tasks.threads == 5


def test_what_makes_no_sense_is_not_saved_and_shown_again(site, browser):
    answer = save(browser, "general", {"general.public_url": "nonsense", "general.docs_url": "https://docs.example"})
    assert answer.status_int == 422
    assert "Expected a URL with host that starts with http:// or https://." in answer.text
    assert form_of(answer)["settings[general.public_url]"].value == "nonsense"
    assert site.rows(InstanceSetting) == []


def test_what_does_not_fit_together_is_not_saved(site, browser):
    answer = save(browser, "email", {"email.smtp_username": "mailer"})
    assert answer.status_int == 422
    assert "SES_SMTP_PASSWORD is not set" in answer.text
    assert site.rows(InstanceSetting) == []


def test_switches_are_saved_off_and_not_when_nobody_touched_them(site, browser):
    form = form_of(browser.get(f"{INSTALLATION}/email"))
    form.submit()
    assert site.rows(InstanceSetting) == []
    form = form_of(browser.get(f"{INSTALLATION}/email"))
    form.get("settings[email.starttls]", index=1).checked = False
    form.submit()
    assert site.settings.mail.starttls is False
    assert form_of(browser.get(f"{INSTALLATION}/email")).get("settings[email.starttls]", index=1).checked is False


def test_only_keys_of_the_page_are_looked_at(site, browser):
    save(browser, "email", {"general.public_url": "https://evil.example", "nonsense": "x"})
    assert site.rows(InstanceSetting) == []


def test_both_spellings_of_a_page_lead_there_and_others_nowhere(browser):
    for path in ("background-jobs", "background_jobs"):
        assert browser.get(f"{INSTALLATION}/{path}").status_int == 200
    browser.get(f"{INSTALLATION}/nothing", status=404)


def test_the_address_of_links_changes_at_once(site, browser):
    save(browser, "general", {"general.public_url": "https://errors.example"})
    assert browser.get("/projects").html.find("link", rel="canonical")["href"] == "https://errors.example/projects"


# Tests that connect


def test_general_and_the_database_are_tested(site, browser):
    answer = tried(browser, "general", {"general.docs_url": "https://docs.example"})
    assert answer.status_int == 200
    assert "Test passed." in answer.text
    assert site.rows(InstanceSetting) == []
    [step] = site.rows(InstallationStep)
    assert (step.key, step.status, step.last_verified_at) == ("general", "verified", site.clock())
    assert step.details["docs_host"] == "docs.example"
    assert step.details["database"]["connected"] is True
    # The candidate was tested, what is in effect is another.
    assert "Changed since the test" in answer.text
    save(browser, "general", {"general.docs_url": "https://docs.example"})
    assert "Verified" in browser.get(f"{INSTALLATION}/general").text
    change = next(row for row in site.rows(InstanceSettingChange) if row.action == "test_passed")
    assert change.key == "section.general"


def test_case_50_26_a_limit_of_zero_fails_the_test(site, browser):
    answer = tried(browser, "authentication", {"authentication.public_api_rate_limit_requests": "0"})
    assert answer.status_int == 422
    [step] = site.rows(InstallationStep)
    assert step.status == "configured"
    assert tried(browser, "authentication", {}).status_int == 200
    # A later failure of a candidate leaves it verified.
    assert tried(browser, "authentication", {"authentication.public_api_rate_limit_requests": "0"}).status_int == 422
    assert site.rows(InstallationStep)[0].status == "verified"


def test_without_redis_the_web_process_works_by_itself(site, browser):
    answer = tried(browser, "background-jobs", {})
    assert answer.status_int == 200
    assert "Background work runs inside the web process" in answer.text


def test_case_50_23_redis_without_workers_fails_and_with_them_passes(make_site, enter, redis_server):
    url = redis_server()
    site = make_site(REDIS_URL=url)
    browser = enter(site)
    answer = tried(browser, "background-jobs", {})
    assert answer.status_int == 422
    assert "no worker is there" in answer.text
    with redis.Redis.from_url(url) as client:
        for pid in (1, 2):
            beat(client, pid, size=7, required=7)
        answer = tried(browser, "background-jobs", {})
        assert answer.status_int == 200
        assert "2 worker processes are at work" in answer.text
        details = site.rows(InstallationStep)[0].details
        assert details["worker_processes"] == 2
        assert details["worker_pool_validation_source"] == "worker_heartbeats"
        assert details["redis"]["maxmemory_policy"] == "noeviction"
        assert details["queues"]["mailers"]["size"] == 0
        beat(client, 3, size=4, required=7)
        answer = tried(browser, "background-jobs", {})
        assert answer.status_int == 422
        assert "raise DB_POOL" in answer.text


def test_a_redis_that_is_away_fails_without_its_address(site, browser):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"redis://:swordfish@127.0.0.1:{nobody.getsockname()[1]}/0"
        answer = tried(browser, "background-jobs", {"background_jobs.redis_url": url})
    assert answer.status_int == 422
    assert "The Redis of the queue does not answer." in answer.text
    assert "swordfish" not in answer.text
    assert "swordfish" not in json.dumps([row.details for row in site.rows(InstanceSettingChange)])


def test_mail_is_tested_at_the_server(site, browser):
    with mail_server() as server:
        entered = {"email.smtp_address": "localhost", "email.smtp_port": str(server.port)}
        answer = tried(browser, "email", entered)
        assert answer.status_int == 200
        assert "localhost accepts mail from here." in answer.text
        assert server.envelopes == []
        answer = tried(browser, "email", entered | {"email.smtp_port": "1"})
        assert answer.status_int == 422
        assert "the connection was refused" in answer.text


def test_case_50_24_test_mails_need_the_saved_settings(site, browser):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.settimeout(0)
        entered = {"email.smtp_address": "127.0.0.1", "email.smtp_port": str(nobody.getsockname()[1])}
        answer = tried(browser, "email", entered, recipient="ana@example.com")
        assert answer.status_int == 422
        assert "Save the settings" in answer.text
        with pytest.raises(BlockingIOError):
            nobody.accept()
    with mail_server() as server:
        entered = {"email.smtp_address": "localhost", "email.smtp_port": str(server.port)}
        save(browser, "email", entered | {"email.configuration_set": "errors"})
        answer = tried(browser, "email", {}, recipient="ana@example.com")
        assert answer.status_int == 200
        assert server.last().message["Subject"] == "Logister direct email test"
        assert server.last().message["X-SES-CONFIGURATION-SET"] == "errors"
        queue = site.registry.broker.queues["mailers"]
        message = queue.get_nowait()
        assert b"send_test_mail" in message
        assert b"ana@example.com" in message


def test_case_50_25_an_archive_is_tried_in_its_folder_and_nothing_of_it_stays(site, browser):
    page = browser.get(f"{INSTALLATION}/archive-storage")
    assert "They are written by a later release" in page.text
    answer = tried(browser, "archive-storage", {"archive_storage.prefix": "backup/here"})
    assert answer.status_int == 200
    assert "read back and deleted. Archives themselves are written by a later release." in answer.text
    written = site.home / "storage" / "backup" / "here"
    assert written.is_dir()
    assert list((site.home / "storage").rglob(".logister-configuration-test-*")) == []
    [step] = site.rows(InstallationStep)
    assert (step.key, step.status) == ("archive_storage", "verified")
    assert step.details == {"service": "local", "bucket": None}
    # So is one that cannot be made.
    written.rmdir()
    written.write_text("no folder")
    answer = tried(browser, "archive-storage", {"archive_storage.prefix": "backup/here"})
    assert answer.status_int == 422
    assert "something that is no folder is in the way" in answer.text


def test_an_archive_in_s3_needs_a_bucket(site, browser):
    entered = {"archive_storage.service": "s3", "archive_storage.secret_access_key": "swordfish"}
    for answer in (tried(browser, "archive-storage", entered), save(browser, "archive-storage", entered)):
        assert answer.status_int == 422
        assert "AWS_S3_BUCKET is not set" in answer.text
        assert "swordfish" not in answer.text
    assert site.rows(InstanceSetting) == []
    [change] = site.rows(InstanceSettingChange)
    assert (change.action, "AWS_S3_BUCKET is not set" in change.details["summary"]) == ("test_failed", True)


def test_a_check_that_breaks_says_only_what_kind_of_error(site, browser, monkeypatch, caplog):
    def broken(examination):
        raise RuntimeError("redis://:swordfish@host")

    monkeypatch.setitem(site.registry.installation_sections._further, "general", [broken])
    answer = tried(browser, "general", {})
    assert answer.status_int == 422
    assert "RuntimeError" in answer.text
    assert "swordfish" not in answer.text + caplog.text


# Steps


def test_case_50_28_required_pages_cannot_be_skipped(site, browser):
    answer = browser.post(f"{INSTALLATION}/general/skip", {"csrf_token": csrf(browser)})
    assert "required and cannot be skipped" in answer.follow().text
    save(browser, "email", {"email.smtp_port": "2525"})
    answer = browser.post(f"{INSTALLATION}/email/skip", {"csrf_token": csrf(browser)})
    assert "Email is skipped. What is saved stays." in answer.follow().text
    assert [(step.key, step.status) for step in site.rows(InstallationStep)] == [("email", "skipped")]
    assert site.settings.mail.port == 2525
    assert [row.action for row in site.rows(InstanceSettingChange)] == ["created", "skipped"]


def test_case_50_13_until_the_setup_is_complete_every_page_leads_there(site, browser):
    claim(site, onboarding_required=True)
    for path in ("/projects", "/inbox", "/admin/users"):
        answer = browser.get(path)
        assert (answer.status_int, answer.location) == (303, f"http://localhost{INSTALLATION}")
    page = browser.get("/projects").follow()
    assert "Finish the set-up of this installation first." in page.text
    assert "Next: General." in page.text
    assert browser.get("/up").status_int == 200
    assert browser.get("/api/v1/openapi.json").status_int == 200

    answer = browser.post(f"{INSTALLATION}/complete", {"csrf_token": csrf(browser, INSTALLATION)})
    assert "Test General and Redis and jobs first" in answer.follow().text
    answer = tried(browser, "general", {}).click("Next: Redis and jobs", index=0)
    result = tried(browser, "background-jobs", {})
    [finish] = [form for form in result.forms.values() if form.action.endswith("/complete")]
    answer = finish.submit()
    assert answer.location == "http://localhost/projects/new"
    installation = site.rows(Installation)[0]
    assert (installation.onboarding_required, installation.completed_at) == (False, site.clock())
    assert browser.get("/projects").status_int == 200
    assert browser.get(f"{INSTALLATION}/general").status_int == 200


def test_others_are_not_led_to_the_setup(site, people):
    claim(site, onboarding_required=True)
    _, other = people.newcomer("other@example.com")
    assert other.get("/projects").status_int == 200


def test_case_50_14_an_administrator_who_comes_first_claims_without_a_setup(make_site, people_of):
    site = make_site(LOGISTER_ADMIN_EMAILS="root@example.com")
    root, browser = people_of(site).newcomer("root@example.com")
    assert browser.get("/projects").status_int == 200
    assert browser.get(INSTALLATION).status_int == 200
    installation = site.rows(Installation)[0]
    assert (installation.claimed_at, installation.claimed_by_user_id) == (site.clock(), root.id)
    assert installation.onboarding_required is False
    assert browser.get("/projects").status_int == 200
    assert "/users/sign_in" in site.browser().get("/setup").location


def test_case_50_15_what_changes_after_its_test_must_be_tested_again(site, browser):
    claim(site, onboarding_required=True)
    tried(browser, "general", {})
    tried(browser, "background-jobs", {})
    save(browser, "general", {"general.public_url": "https://other.example"})
    assert "Not tested" in browser.get(f"{INSTALLATION}/general").text
    answer = browser.post(f"{INSTALLATION}/complete", {"csrf_token": csrf(browser, INSTALLATION)})
    assert "Test General first" in answer.follow().text


def test_case_50_15_a_variable_that_changes_shows_as_changed(site, browser, make_site, enter):
    tried(browser, "general", {})
    with site.read() as db:
        step = db.get_one(InstallationStep, site.rows(InstallationStep)[0].id)
        fingerprint = step.configuration_fingerprint
    other = make_site(LOGISTER_PUBLIC_URL="https://env.example")
    there = enter(other)
    tried(there, "general", {})
    with other.write() as db:
        # As if the variable had been set after the test.
        db.get_one(InstallationStep, other.rows(InstallationStep)[0].id).configuration_fingerprint = fingerprint
    assert "Changed since the test" in there.get(f"{INSTALLATION}/general").text


def test_the_overview_says_what_runs_and_what_is_next(site, browser):
    text = browser.get(INSTALLATION).html.main.text
    for words in ("Set-up complete", "Next: General.", "Background work", "inside the web process", "Email", "Pending"):
        assert words in text
    assert "GitHub App" not in text


def test_a_page_says_in_words_where_its_settings_stand(site, browser):
    assert stages(browser, "email") == ["Configure Defaults", "Apply In use", "Verify Not tested"]
    save(browser, "email", {"email.smtp_address": "localhost", "email.smtp_port": "1"})
    tried(browser, "email", {})
    assert stages(browser, "email") == ["Configure 2 saved", "Apply In use", "Verify Last test failed"]
    with mail_server() as server:
        save(browser, "email", {"email.smtp_port": str(server.port)})
        tried(browser, "email", {})
    assert stages(browser, "email")[2] == "Verify Test passed · just now"
    save(browser, "email", {"email.smtp_port": "1"})
    assert stages(browser, "email")[2] == "Verify Not tested"
    save(browser, "background-jobs", {"background_jobs.worker_threads": "9"})
    assert stages(browser, "background-jobs")[:2] == ["Configure 1 saved", "Apply Restart needed for 1"]
    browser.post(f"{INSTALLATION}/email/skip", {"csrf_token": csrf(browser)})
    assert stages(browser, "email")[2] == "Verify Skipped"


def test_what_the_environment_sets_is_configured_and_what_it_changed_is_to_be_tested_again(make_site, enter):
    site = make_site(LOGISTER_PUBLIC_URL="https://env.example")
    browser = enter(site)
    assert tried(browser, "general", {}).status_int == 200
    assert stages(browser, "general")[::2] == ["Configure 1 by the environment", "Verify Test passed · just now"]
    with site.write() as db:
        db.scalars(select(InstallationStep)).one().configuration_fingerprint = "another"
    assert stages(browser, "general")[2] == "Verify Changed since the test · just now"


def stages(browser, section):
    found = browser.get(f"{INSTALLATION}/{section}").html.select(".stage-text")
    return [" ".join(stage.text.split()) for stage in found]


def test_the_history_shows_the_newest_twenty(site, browser):
    save(browser, "email", {"email.smtp_port": "2525"})
    with site.write() as db:
        values = {"key": "section.email", "action": "skipped", "request_id": "", "details": {}}
        db.add_all(InstanceSettingChange(**values, created_at=START) for _ in range(25))
    save(browser, "email", {"email.smtp_port": "2526"})
    changes = browser.get(f"{INSTALLATION}/email").html.select(".change")
    assert len(changes) == 20
    assert "Port changed" in " ".join(changes[0].text.split())
    assert "root@example.com" in changes[0].text


# The project that the installation reports to


def test_case_50_40_the_own_project_is_connected_once(site, browser, people):
    ana = people.add("ana@example.com")
    shop, other = people.project(ana, "Own errors"), people.project(ana, "App", integration_kind="android")
    answer = connect(browser, shop)
    assert "Connected. Restart web and worker" in answer.follow().text
    [key] = site.rows(ApiKey)
    assert (key.name, key.project_id) == ("Logister installation self-monitoring", shop.id)
    saved = saved_values(site.registry.engine, site.settings.secret_key)
    assert saved["observability.endpoint"] == "http://localhost:6543/api/v1/ingest_events"
    assert digest(saved["observability.api_key"]) == key.token_digest
    row = site.rows(Installation)[0]
    assert (row.self_monitoring_project_id, row.self_monitoring_api_key_id) == (shop.id, key.id)
    page = browser.get(f"{INSTALLATION}/observability")
    assert "This installation reports to Own errors" in " ".join(page.html.main.text.split())
    assert saved["observability.api_key"] not in page.text
    connect(browser, shop)
    assert site.count(ApiKey) == 1
    assert "Choose an active project of kind Python." in connect(browser, other).follow().text
    second = people.project(ana, "Second")
    assert connect(browser, second).status_int == 303
    old, new = site.rows(ApiKey)
    assert old.revoked_at is not None
    assert (new.project_id, new.revoked_at) == (second.id, None)


def test_case_50_40_a_key_of_another_project_in_the_environment_is_named(make_site, enter, people_of):
    site = make_site(LOGISTER_API_KEY="logister_of-another-project")
    browser, people = enter(site), people_of(site)
    shop = people.project(people.add("ana@example.com"))
    answer = connect(browser, shop)
    text = " ".join(answer.follow().html.text.split())
    assert "Not connected. The key set by LOGISTER_API_KEY does not open Shop." in text
    assert site.count(ApiKey) == 0
    assert {row.key for row in site.rows(InstanceSetting)} == {"observability.endpoint"}


def test_a_new_python_project_takes_the_own_errors_when_an_administrator_says_so(site, browser, people):
    answer = new_project(browser, monitor_this_installation=True)
    [project], [key] = site.rows(Project), site.rows(ApiKey)
    assert answer.location.endswith(f"/projects/{project.uuid}/setup")
    assert "It takes this installation’s own errors once web and worker are restarted." in answer.follow().text
    row = site.rows(Installation)[0]
    assert (row.self_monitoring_project_id, row.self_monitoring_api_key_id) == (project.id, key.id)
    entry = next(row for row in site.rows(AuditEntry) if row.action == "installation.self_monitoring")
    assert (entry.actor_email, entry.subject_label) == ("root@example.com", "Own")
    assert "They go to Own now." in browser.get("/projects/new").text
    new_project(browser, name="Other")
    assert site.rows(Installation)[0].self_monitoring_project_id == project.id


def test_another_kind_does_not_take_the_own_errors(site, browser):
    answer = new_project(browser, integration_kind="ruby", monitor_this_installation=True)
    assert answer.status_int == 422
    assert "This installation sends like a Python project; choose that kind above." in answer.text
    assert project_form(answer)["project[monitor_this_installation]"].checked
    assert (site.count(Project), site.count(ApiKey)) == (0, 0)


def test_only_administrators_choose_a_new_project_for_the_own_errors(site, people):
    _, browser = people.newcomer("ana@example.com")
    form = project_form(browser.get("/projects/new"))
    assert "project[monitor_this_installation]" not in form.fields
    fields = dict(form.submit_fields()) | {"project[name]": "Own", "project[integration_kind]": "python"}
    answer = browser.post("/projects", fields | {"project[monitor_this_installation]": "1"}, status=422)
    assert "Only administrators of this installation choose where its own errors are reported." in answer.text
    assert (site.count(Project), site.count(ApiKey), site.count(InstanceSetting)) == (0, 0, 0)
    assert site.rows(Installation)[0].self_monitoring_project_id is None


def test_a_new_project_is_linked_but_not_connected_while_the_environment_says_otherwise(make_site, enter):
    site = make_site(LOGISTER_API_KEY="logister_of-another-project")
    text = new_project(enter(site), monitor_this_installation=True).follow().text
    assert "The key set by LOGISTER_API_KEY does not open Own." in text
    assert site.rows(Installation)[0].self_monitoring_project_id == site.rows(Project)[0].id


def new_project(browser, *, name="Own", integration_kind="python", **fields):
    form = project_form(browser.get("/projects/new"))
    for field, value in {"name": name, "integration_kind": integration_kind, **fields}.items():
        form[f"project[{field}]"] = value
    return form.submit(status="*")


def project_form(page):
    return next(form for form in page.forms.values() if form.action == "/projects")


def connect(browser, project):
    fields = {"csrf_token": csrf(browser, INSTALLATION), "project_uuid": str(project.uuid)}
    return browser.post(f"{INSTALLATION}/self-monitoring/project", fields)


def save(browser, section, values, **fields):
    """Send the form of that page with nothing but these settings; any status is returned."""
    token = {"csrf_token": csrf(browser, INSTALLATION)}
    entered = {f"settings[{key}]": value for key, value in values.items()}
    return browser.post(f"{INSTALLATION}/{section}", token | entered | fields, status="*")


def tried(browser, section, values, recipient=""):
    fields = {"operation": "test"} | ({"test_recipient": recipient} if recipient else {})
    return save(browser, section, values, **fields)


def form_of(page):
    [form] = [form for form in page.forms.values() if "operation" in form.fields]
    return form


def beat(client, pid, *, size, required):
    key = f"{HEARTBEAT_PREFIX}host:{pid}"
    valid = "true" if size >= required else "false"
    client.hset(key, mapping={"pid": pid, "size": size, "required": required, "worker_threads": 5, "valid": valid})


def claim(site, **values):
    with site.write() as db:
        installation = db.get_one(Installation, 1)
        installation.claimed_at = site.clock()
        for name, value in values.items():
            setattr(installation, name, value)

"""Deployments, announced and told by telemetry (specification, ingest chapter §8.2 and §10.4)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from factories.projects import api_key, project
from logister_core.api_keys.models import ApiKey
from logister_core.deployments.models import ProjectDeployment
from logister_core.deployments.projections import TelemetryDeployments
from logister_core.notifications.models import NotificationIntent
from logister_core.outbox.models import DeliveryStatus, TelemetryBatch, TelemetryDelivery
from support.instance import Instance

PATH = "/api/v1/deployments"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def announce(site: Instance, token: str, **fields: Any) -> Any:
    defaults = {"release": "1.4.2", "repository": "acme/shop", "commit_sha": COMMIT}
    return site.post(PATH, {"deployment": defaults | fields}, token)


def tell(site: Instance, token: str, **context: Any) -> None:
    """Send an event whose context names a deployment."""
    defaults = {"release": "1.4.2", "repository": "acme/shop", "commit_sha": COMMIT}
    assert site.send(token, context=defaults | context).status_int == 201


def deployment(site: Instance) -> ProjectDeployment:
    [found] = site.rows(ProjectDeployment)
    return found


def test_case_10_35_a_deployment_is_recorded_at_once(site: Instance, token: str) -> None:
    answer = announce(
        site, token, commit_sha="ABC1234", repository="https://github.com/acme/shop.git", pull_request_number=42
    )
    found = deployment(site)
    assert answer.status_int == 201
    assert answer.json == {"id": str(found.uuid), "legacy_id": found.id, "status": "accepted"}
    assert (found.commit_sha, found.repository_full_name) == ("abc1234", "acme/shop")
    assert (found.environment, found.source, found.deployed_at) == ("production", "api", site.clock())
    assert found.details == {
        "pull_request_number": "42",
        "pull_request_url": "https://github.com/acme/shop/pull/42",
    }


def test_case_10_35_the_same_release_again_changes_the_row(site: Instance, token: str) -> None:
    first = announce(site, token, branch="main", pull_request_number=42, compare_url="https://example.com/a")
    site.clock.forward(hours=1)
    again = announce(site, token, commit_sha="fedcba9", compare_url="https://example.com/b")
    assert (again.status_int, again.json) == (201, first.json)
    found = deployment(site)
    assert (found.commit_sha, found.branch, found.deployed_at) == ("fedcba9", "main", site.clock())
    assert (found.details["pull_request_number"], found.details["compare_url"]) == ("42", "https://example.com/b")


def test_case_10_35_what_is_no_commit_is_refused(site: Instance, token: str) -> None:
    answer = announce(site, token, commit_sha="not-a-sha")
    assert answer.status_int == 422
    assert answer.json["errors"] == ["Commit sha must be a 7 to 40 character commit SHA"]
    assert site.count(ProjectDeployment) == 0


def test_every_missing_field_is_named(site: Instance, token: str) -> None:
    answer = site.post(PATH, {"deployment": {"environment": "staging"}}, token)
    assert answer.status_int == 422
    assert answer.json["errors"] == [
        "Release can't be blank",
        "Repository can't be blank",
        "Commit sha can't be blank",
    ]


def test_environments_repositories_and_projects_are_kept_apart(site: Instance, token: str) -> None:
    announce(site, token)
    announce(site, token, environment="staging")
    announce(site, token, repository="acme/admin")
    announce(site, api_key(site, project(site)))
    assert site.count(ProjectDeployment) == 4


def test_other_spellings_of_path_and_envelope(site: Instance, token: str) -> None:
    fields = {
        "RELEASE": "2",
        "githubRepository": "acme/shop",
        "commitSha": COMMIT,
        "deployedAt": "2026-11-19T08:00:00Z",
    }
    for path in (PATH, PATH + ".json", PATH + "/"):
        assert site.post(path, {"DEPLOYMENT": fields}, token).status_int == 201
    assert site.post(PATH, fields, token).status_int == 201
    assert deployment(site).deployed_at == datetime(2026, 11, 19, 8, tzinfo=UTC)


def test_what_cannot_be_read_is_refused_in_order(site: Instance, token: str) -> None:
    assert site.post(PATH, {"payload": {}}).status_int == 401
    missing = site.post(PATH, {"payload": {}}, token)
    assert missing.status_int == 400
    assert "deployment" in missing.json["error"]
    too_long = announce(site, token, files=[1] * 1001)
    assert (too_long.status_int, too_long.json["code"]) == (413, "array_length")


def test_announcing_counts_as_use_of_the_key(site: Instance, token: str) -> None:
    announce(site, token, release=None)
    assert [key.last_used_at for key in site.rows(ApiKey)] == [None]
    announce(site, token)
    assert [key.last_used_at for key in site.rows(ApiKey)] == [site.clock()]


# Limits and notices


def test_limits_hold_for_announcements(site: Instance, token: str) -> None:
    nested: dict[str, Any] = {}
    for _ in range(17):
        nested = {"deeper": nested}
    for fields, code in (
        ({"note": nested}, "context_depth"),
        ({"note": dict.fromkeys(map(str, range(512)))}, "context_keys"),
        ({"note": "x" * 262_145}, "string_bytes"),
        ({"message": "x" * 65_537}, "message_bytes"),
        ({"note": ["x" * 250_000] * 5}, "event_bytes"),
    ):
        answer = announce(site, token, **fields)
        assert (answer.status_int, answer.json["code"]) == (413, code)
    headers = {"Authorization": f"Bearer {token}"}
    for body, status, code in ((b" " * 2_097_153, 413, "request_bytes"), (b'{"a": NaN}', 400, "invalid_json")):
        answer = site.browser().post(PATH, body, headers=headers, status=status)
        assert answer.json["code"] == code
    assert site.count(ProjectDeployment) == 0


def test_a_new_deployment_is_worth_one_notice_and_more_about_it_none(site: Instance, token: str) -> None:
    announce(site, token)
    found = deployment(site)
    [owed] = site.rows(NotificationIntent)
    assert (owed.kind, owed.dedup_key) == ("release_summary", f"deployment:{found.id}:release_summary")
    assert (owed.project_id, owed.project_deployment_id) == (found.project_id, found.id)
    assert (owed.error_group_id, owed.check_in_monitor_id) == (None, None)
    announce(site, token, commit_sha="fedcba9")
    tell(site, token)
    site.project_events()
    assert len(notices(site)) == 1
    announce(site, token, environment="staging")
    assert len(notices(site)) == 2


def test_a_refused_deployment_is_worth_no_notice(site: Instance, token: str) -> None:
    announce(site, token, commit_sha="not-a-sha")
    assert notices(site) == []


def notices(site: Instance) -> list[NotificationIntent]:
    return [row for row in site.rows(NotificationIntent) if row.kind == "release_summary"]


# Telemetry


def test_case_10_36_an_event_with_source_context_tells_of_a_deployment(site: Instance, token: str) -> None:
    occurred_at = site.clock() - timedelta(minutes=3)
    answer = site.send(
        token,
        occurred_at=occurred_at.isoformat(),
        release="1.4.2",
        context={"repository": "acme/shop", "commit_sha": COMMIT, "branch": "refs/heads/main"},
    )
    assert site.count(ProjectDeployment) == 0
    assert [row.status for row in site.rows(TelemetryDelivery)] == [DeliveryStatus.PENDING.value]
    site.project_events()
    found = deployment(site)
    assert (found.source, found.deployed_at, found.branch) == ("telemetry", occurred_at, "main")
    assert found.details["event_uuid"] == answer.json["id"]
    assert found.details["event_id"] == answer.json["legacy_id"]
    apply_again(site)
    assert [owed.project_deployment_id for owed in notices(site)] == [found.id]


@pytest.mark.parametrize("missing", ["release", "repository", "commit_sha"])
def test_case_10_36_an_event_without_all_of_it_tells_nothing(site: Instance, token: str, missing: str) -> None:
    tell(site, token, **{missing: None})
    site.project_events()
    assert site.count(ProjectDeployment) == 0


def test_events_that_repeat_a_deployment_write_nothing(site: Instance, token: str) -> None:
    tell(site, token)
    site.project_events()
    before = deployment(site)
    site.clock.forward(minutes=30)
    apply_again(site)
    after = deployment(site)
    assert (after.updated_at, after.details) == (before.updated_at, before.details)


def test_telemetry_corrects_what_telemetry_told(site: Instance, token: str) -> None:
    tell(site, token)
    site.project_events()
    before = deployment(site)
    site.clock.forward(minutes=1)
    tell(site, token, commit_sha="fedcba9", branch="hotfix")
    site.project_events()
    after = deployment(site)
    assert (after.commit_sha, after.branch, after.source) == ("fedcba9", "hotfix", "telemetry")
    assert after.deployed_at == before.deployed_at
    assert after.details["event_id"] > before.details["event_id"]


def test_telemetry_only_fills_gaps_of_what_was_announced(site: Instance, token: str) -> None:
    announce(site, token, compare_url="https://example.com/announced")
    before = deployment(site)
    site.clock.forward(minutes=1)
    tell(
        site,
        token,
        commit_sha="fedcba9",
        branch="main",
        release_tag="v1.4.2",
        compare_url="https://example.com/told",
    )
    site.project_events()
    after = deployment(site)
    assert (after.commit_sha, after.source, after.deployed_at) == (COMMIT, "api", before.deployed_at)
    assert after.branch == "main"
    assert after.details == {
        "compare_url": "https://example.com/announced",
        "release_tag": "v1.4.2",
        "release_url": "https://github.com/acme/shop/releases/tag/v1.4.2",
    }


def test_an_announcement_replaces_what_telemetry_told(site: Instance, token: str) -> None:
    tell(site, token)
    site.project_events()
    site.clock.forward(hours=1)
    announce(site, token, commit_sha="fedcba9")
    found = deployment(site)
    assert (found.commit_sha, found.source, found.deployed_at) == ("fedcba9", "api", site.clock())


def test_batches_applied_in_the_wrong_order_leave_what_the_latest_event_told(site: Instance, token: str) -> None:
    for commit in ("aaaaaaa", "bbbbbbb", "ccccccc"):
        tell(site, token, commit_sha=commit)
    with site.read() as db:
        batches = list(db.scalars(select(TelemetryBatch).order_by(TelemetryBatch.id.desc())))
    for batch in batches:
        with site.write() as db:
            TelemetryDeployments().apply(db, [batch], skip=frozenset(), now=site.clock())
    assert deployment(site).commit_sha == "ccccccc"


def test_two_workers_at_once_make_one_row_for_each_deployment(site: Instance, token: str) -> None:
    releases = [f"1.{number}" for number in range(8)]
    for release in releases:
        for commit in ("aaaaaaa", "bbbbbbb"):
            tell(site, token, release=release, commit_sha=commit)
    with site.read() as db:
        batches = list(db.scalars(select(TelemetryBatch).order_by(TelemetryBatch.id)))
    together = threading.Barrier(2)
    problems: list[BaseException] = []

    def work(part: list[TelemetryBatch]) -> None:
        try:
            together.wait(timeout=10)
            for start in range(0, len(part), 4):
                with site.write() as db:
                    TelemetryDeployments().apply(db, part[start : start + 4], skip=frozenset(), now=site.clock())
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(part,)) for part in (batches[::2], batches[1::2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert problems == []
    assert sorted((row.release, row.commit_sha) for row in site.rows(ProjectDeployment)) == [
        (release, "bbbbbbb") for release in releases
    ]


def apply_again(site: Instance) -> None:
    with site.write() as db:
        batches = list(db.scalars(select(TelemetryBatch)))
        TelemetryDeployments().apply(db, batches, skip=frozenset(), now=site.clock())

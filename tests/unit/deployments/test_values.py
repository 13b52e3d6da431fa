from datetime import UTC, datetime

import pytest

from logister_core.deployments.values import deployment_values
from logister_core.ingest.normalization import deployment_envelope

NOW = datetime(2026, 8, 9, 12, tzinfo=UTC)


def values(source, *, telemetry=False, **options):
    return deployment_values(
        deployment_envelope({"deployment": source}), telemetry=telemetry, default_deployed_at=NOW, **options
    )


def test_case_10_35_repository_commit_and_pull_request_are_normalized():
    found = values(
        {
            "release": " 1.2 ",
            "commit_sha": "ABC1234",
            "repository": "https://github.com/acme/shop.git",
            "pull_request_number": 42,
        }
    )
    assert found.problems() == []
    assert (found.commit_sha, found.repository, found.release) == ("abc1234", "acme/shop", "1.2")
    assert (found.environment, found.branch, found.deployed_at) == ("production", None, NOW)
    assert found.metadata == {
        "pull_request_number": "42",
        "pull_request_url": "https://github.com/acme/shop/pull/42",
    }


def test_case_10_35_a_commit_that_is_no_sha_is_refused():
    problem = "Commit sha must be a 7 to 40 character commit SHA"
    for commit in ("not-a-sha", "abc123", "a" * 41, "abc1234\n" + "b"):
        assert values({"release": "1", "repository": "a/b", "commit_sha": commit}).problems() == [problem]


def test_everything_missing_is_named_in_order():
    assert values({"environment": "staging"}).problems() == [
        "Release can't be blank",
        "Repository can't be blank",
        "Commit sha can't be blank",
    ]
    assert values({"release": "1", "sha": "abc1234", "repo": "shop"}).problems() == [
        "Repository full name must look like owner/repository"
    ]


@pytest.mark.parametrize(
    "sent",
    [
        "acme/shop",
        " acme/shop ",
        "/acme/shop/tree/main",
        "git@github.com:acme/shop.git",
        "https://github.com/acme/shop/",
        "HTTPS://www.GitHub.com/acme/shop.git/tree",
    ],
)
def test_repositories_are_owner_and_name(sent):
    assert values({"repository": sent}).repository == "acme/shop"


@pytest.mark.parametrize(
    "source",
    [
        {"githubRepository": "acme/shop", "gitSha": "abc1234", "deployment": {"release": "1"}},
        {"github": {"repository": "acme/shop", "sha": "ABC1234"}, "release": "1"},
        {"git": {"repository": "acme/shop", "commitSha": "abc1234"}, "release": "1"},
        {"deployment": {"repository": "acme/shop", "commit_sha": "abc1234", "release": 1}, "branch": "x"},
    ],
)
def test_values_are_found_on_every_documented_path(source):
    found = values({**source, "environment": "production"})
    assert (found.repository, found.commit_sha, found.release) == ("acme/shop", "abc1234", "1")
    assert found.problems() == []


def test_the_projects_repository_stands_in_when_none_is_named():
    assert values({"release": "1"}, default_repository="acme/shop").repository == "acme/shop"
    named = values({"release": "1", "repository": "a/b"}, default_repository="acme/shop")
    assert named.repository == "a/b"


def test_the_time_is_the_payloads_for_the_endpoint_and_the_events_for_telemetry():
    source = {"release": "1", "deployedAt": "2026-02-14T12:00:00Z"}
    assert values(source).deployed_at == datetime(2026, 2, 14, 12, tzinfo=UTC)
    assert values(source, telemetry=True).deployed_at == NOW
    assert values({"release": "1", "deployed_at": "soon"}).deployed_at == NOW


def test_branches_and_pull_references_are_read_from_git_refs():
    assert values({"branch": "refs/heads/feature/x"}).branch == "feature/x"
    found = values({"release": "1", "github": {"ref": "refs/pull/42/merge", "repository": "a/b"}})
    assert found.branch == "refs/pull/42/merge"
    assert found.metadata["pull_request_number"] == "42"
    assert found.metadata["pull_request_url"] == "https://github.com/a/b/pull/42"


def test_links_are_taken_as_sent_or_inferred_from_the_repository():
    found = values(
        {
            "release": "1",
            "repository": "a/b",
            "tagName": "v1/β",
            "compare_url": "https://x/compare",
            "github": {"workflowRunUrl": "https://x/run", "event": {"pullRequest": {"htmlUrl": "https://x/7"}}},
            "deployment": {"url": "https://x/deployment"},
        },
        github_web="https://git.example.org",
    )
    assert found.metadata == {
        "pull_request_url": "https://x/7",
        "release_tag": "v1/β",
        "release_url": "https://git.example.org/a/b/releases/tag/v1%2F%CE%B2",
        "compare_url": "https://x/compare",
        "workflow_run_url": "https://x/run",
        "deployment_url": "https://x/deployment",
    }


def test_nothing_is_inferred_without_a_valid_repository():
    assert values({"release": "1", "repository": "shop", "pull_request_number": 1, "tag": "v1"}).metadata == {
        "pull_request_number": "1",
        "release_tag": "v1",
    }


def test_case_10_36_event_contexts_give_the_same_values():
    context = {
        "release": "1",
        "repository": "acme/shop",
        "commitSha": "ABC1234",
        "commit_sha": "ABC1234",
        "deployed_at": "2020-01-01",
    }
    found = deployment_values(context, telemetry=True, default_deployed_at=NOW)
    assert (found.repository, found.commit_sha, found.deployed_at) == ("acme/shop", "abc1234", NOW)
    assert found.problems() == []

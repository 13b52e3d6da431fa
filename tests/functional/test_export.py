"""An error as JSON (specification, grouping chapter §13)."""

from __future__ import annotations

from typing import Any

import pytest

from factories.errors import group, key_error, send_error
from factories.projects import api_key
from factories.shop import Shop
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def export(shop: Shop, **params: Any) -> Any:
    return shop.browser.get(f"{shop.path}/error_groups/{group(shop.site).uuid}/export", params)


def test_case_20_28_the_export_is_a_file_and_its_preview_is_not(shop: Shop) -> None:
    event = key_error()
    shop.send(event.pop("message"), **event)
    shop.act("external_links", group(shop.site), **{"error_group_external_link[url]": "https://github.com/a/b/pull/7"})
    shop.act("assignment", group(shop.site), assigned_user_id=str(shop.owner.uuid))
    answer = export(shop)
    uuid = group(shop.site).uuid
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="logister-error-{uuid}.json"'
    found = answer.json
    assert found.keys() >= {"project", "error_group", "assignment", "latest_event", "exception", "request"}
    about = found["export"]
    assert (about["format"], about["version"]) == ("logister_error_group", 2)
    assert (about["response_truncated"], about["include_occurrence_records"]) == (False, False)
    assert about["logister_url"].endswith(f"/projects/{shop.project.uuid}/inbox?filter=all&group_uuid={uuid}")
    occurrences = found["occurrences"]
    assert (occurrences["mode"], occurrences["total_count"], occurrences["stored_count"]) == ("summary", 1, 1)
    assert "records" not in occurrences
    assert [day["count"] for day in occurrences["daily_counts_last_14_days"]] == [0] * 13 + [1]
    assert occurrences["daily_counts_last_14_days"][-1]["date"] == "2026-11-20"
    assert found["error_group"]["first_seen_at"] == "2026-11-20T12:00:00.000000Z"
    assert found["assignment"]["assignee"] == {
        "uuid": str(shop.owner.uuid), "email": "ana@example.com", "name": "Ana",
    }  # fmt: skip
    assert found["exception"]["application_frames"][-1]["file"].endswith("shop/orders.py")
    assert found["latest_event"]["api_key"]["name"] == "tests"
    assert found["latest_event"]["correlation"]["session"] == "not_collected"
    assert [link["title"] for link in found["external_links"]] == ["a/b PR #7"]
    assert found["related_logs"]["relation"] == "exact_correlation_window"
    assert export(shop, preview="1").headers["Content-Disposition"].startswith("inline; ")


def test_case_20_29_the_latest_fifty_occurrences_are_told_on_request(shop: Shop) -> None:
    for _ in range(55):
        shop.site.clock.forward(seconds=1)
        shop.post()
    shop.site.project_events()
    occurrences = export(shop, include_occurrences="on").json["occurrences"]
    assert (occurrences["mode"], occurrences["records_included"], occurrences["stored_count"]) == (
        "latest_records", 50, 55,
    )  # fmt: skip
    assert occurrences["truncated"] is True
    times = [record["occurred_at"] for record in occurrences["records"]]
    assert times == sorted(times, reverse=True)
    assert times[0] == group(shop.site).last_seen_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert occurrences["records"][0]["ingest_event"]["message"] == "boom"


def test_case_20_30_secrets_and_ids_are_nowhere_in_it(shop: Shop) -> None:
    trace, request = "4bf92f3577b34da6a3ce929d0e0e4736", "request-7f3a9c51"
    context = {
        "token": "hunter2-x",
        "trace_id": trace,
        "request_id": request,
        "user_id": "user-4711",
        "class_name": "Order",
        "note": f"while handling {request}",
        "request": {"headers": {"Authorization": "Bearer hunter2-y", "X-Amzn-Trace": trace}},
    }
    shop.send(f"failed in {trace}", context=context)
    shop.post("told", event_type="log", context={"trace_id": trace, "password": "hunter2-z", "request_id": request})
    for params in ({}, {"include_occurrences": "1"}):
        answer = export(shop, **params)
        for secret in ("hunter2", trace, request, "user-4711"):
            assert secret not in answer.text, secret
    found = answer.json["latest_event"]
    assert found["context"]["token"] == found["context"]["request"]["headers"]["Authorization"] == "[REDACTED]"
    assert found["context"]["class_name"] == "Order"
    assert found["correlation"] == {
        "trace": "collected_masked",
        "request": "collected_masked",
        "session": "not_collected",
        "user": "collected_masked",
    }
    assert answer.json["related_logs"]["count"] == 1


def test_case_20_31_however_much_was_sent_the_answer_is_bounded(shop: Shop) -> None:
    # As large a context as intake takes.
    context = {f"key{number}": "x" * 1_000 for number in range(55)}
    for _ in range(60):
        shop.post(context=context)
    shop.site.project_events()
    answer = export(shop, include_occurrences="1")
    assert len(answer.body) <= 921_600
    assert answer.json["export"]["response_truncated"] is True
    occurrences = answer.json["occurrences"]
    assert 0 < occurrences["records_included"] == len(occurrences["records"]) < 50
    assert occurrences["truncated"] is True


def test_errors_of_others_are_not_exported(shop: Shop, people: Any) -> None:
    shop.send()
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    path = f"/error_groups/{group(shop.site).uuid}/export"
    assert browser.get(f"{shop.path}{path}").json["error_group"]["title"] == "boom"
    other = people.project(viewer, "Hers")
    send_error(shop.site, api_key(shop.site, other), "elsewhere")
    _, stranger = people.newcomer("eve@example.com")
    stranger.get(f"{shop.path}{path}", status=404)
    browser.get(f"/projects/{other.uuid}{path}", status=404)
    assert shop.site.browser().get(f"{shop.path}{path}").status_int == 302

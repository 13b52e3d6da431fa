"""The page of monitors, and switching alerts off and on (specification, web chapter §16.1)."""

from __future__ import annotations

from typing import Any

from factories.monitors import check_in, monitor
from factories.projects import api_key
from logister_core.projects.models import Project
from support.instance import Instance


def address(of: Project, rest: str = "") -> str:
    return f"/projects/{of.uuid}/monitors{rest}"


def rows_of(page: Any) -> list[list[str]]:
    """The text of the table's cells."""
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in page.html.select("tbody tr")
    ]


def test_the_page_lists_monitors_unhealthy_first(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    token = api_key(site, shop)
    check_in(site, token, slug="b-silent", expected_interval_seconds=60)
    check_in(site, token, slug="c-fine", environment="staging", expected_interval_seconds=86_400)
    check_in(site, token, slug="a-fine", expected_interval_seconds=300)
    check_in(site, token, slug="z-broken", status="error")
    site.project_events()
    site.clock.forward(minutes=5)

    page = browser.get(address(shop))
    listed = rows_of(page)
    assert [row[0] for row in listed] == [
        "z-broken production",
        "b-silent production",
        "a-fine production",
        "c-fine staging",
    ]
    assert [row[1] for row in listed] == ["Error", "Missed", "OK", "OK"]
    assert listed[2][3:6] == ["5 minutes ago", "due now", "5 min"]
    assert [row[4] for row in listed] == ["due now", "4 minutes late", "due now", "in 23 hours"]
    assert "2 of 4 monitors failed or did not report in time." in page.text
    assert page.html.find("span", {"class": "runs"})["aria-label"] == "Last 1 check-in: 0 ok, 1 failed"
    assert page.html.find("nav", {"class": "sections"}).find("a", {"aria-current": "page"})["href"] == address(shop)


def test_the_strip_keeps_the_latest_thirty_runs_of_each_monitor(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    token = api_key(site, shop)
    for number in range(33):
        site.clock.forward(minutes=1)
        check_in(site, token, slug="busy", status="error" if number in (0, 5, 32) else "ok")
        if number == 3:
            check_in(site, token, slug="rare")
    check_in(site, token, slug="busy", status="error", occurred_at="2026-11-20T11:00:00Z")
    site.project_events()
    strips = {
        row.find("th").contents[0].strip(): row.select_one(".runs")
        for row in browser.get(address(shop)).html.select("tbody tr")
    }
    assert strips["busy"]["aria-label"] == "Last 30 check-ins: 28 ok, 2 failed"
    assert [run["title"] for run in strips["busy"].select(".run")] == [
        "failed" if number in (5, 32) else "ok" for number in range(3, 33)
    ]
    assert strips["rare"]["aria-label"] == "Last 1 check-in: 1 ok, 0 failed"


def test_an_empty_page_tells_how_to_send_the_first_check_in(make_site: Any, people_of: Any) -> None:
    site = make_site(LOGISTER_PUBLIC_URL="https://errors.example.com")
    people = people_of(site)
    ana, browser = people.newcomer()
    shop = people.project(ana)
    page = browser.get(address(shop))
    assert "No check-ins yet." in page.text
    assert 'curl -X POST "https://errors.example.com/api/v1/check_ins"' in page.html.find("pre").get_text()
    assert rows_of(page) == []


def test_case_60_26_a_manager_pauses_and_resumes_a_monitor(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    check_in(site, api_key(site, shop))
    site.project_events()

    form = next(form for form in browser.get(address(shop)).forms.values() if "/monitors/" in form.action)
    answer = form.submit()
    assert (answer.status_int, answer.location.endswith(address(shop))) == (303, True)
    page = answer.follow()
    assert "Monitoring paused for nightly. Check-ins remain available, but alerts are off." in page.text
    assert rows_of(page)[0][1] == "Paused"
    assert monitor(site).monitoring_paused_at == site.clock()
    # However long it is silent, nobody is told that it was missed.
    site.clock.forward(hours=20)
    page = browser.get(address(shop))
    assert rows_of(page)[0][1] == "Paused"
    assert "failed or did not report" not in page.text

    form = next(form for form in page.forms.values() if "/monitors/" in form.action)
    page = form.submit().follow()
    assert "Monitoring resumed for nightly." in page.text
    assert monitor(site).monitoring_paused_at is None


def test_case_60_26_another_word_for_the_state_is_refused(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    check_in(site, api_key(site, shop))
    site.project_events()
    form = next(form for form in browser.get(address(shop)).forms.values() if "/monitors/" in form.action)
    form["check_in_monitor[monitoring_state]"].force_value("asleep")
    assert "Choose a valid monitor state." in form.submit().follow().text
    assert monitor(site).monitoring_paused_at is None


def test_who_does_not_belong_to_the_project_finds_nothing(site: Instance, people: Any) -> None:
    ana, _ = people.newcomer()
    shop = people.project(ana)
    check_in(site, api_key(site, shop))
    site.project_events()
    ben, stranger = people.newcomer("ben@example.com")
    own = people.project(ben, "Own")
    token = csrf(stranger)
    change = {"check_in_monitor[monitoring_state]": "paused", "csrf_token": token}
    one = f"/{monitor(site).uuid}"
    assert stranger.get(address(shop), status="*").status_int == 404
    assert stranger.post(address(shop, one), change, status="*").status_int == 404
    # Not through a project of one's own either.
    assert stranger.post(address(own, one), change, status="*").status_int == 404
    assert stranger.post(address(own, "/nonsense"), change, status="*").status_int == 404
    assert site.browser().get(address(shop), status="*").location.startswith("http://localhost/users/sign_in")
    assert monitor(site).monitoring_paused_at is None


def test_case_60_26_a_viewer_sees_monitors_and_changes_none(site: Instance, people: Any) -> None:
    ana, _ = people.newcomer()
    shop = people.project(ana)
    check_in(site, api_key(site, shop))
    site.project_events()
    ben, browser = people.newcomer("ben@example.com")
    people.join(shop, ben, "viewer")
    page = browser.get(address(shop))
    assert rows_of(page)[0][-1] == "—"
    change = {"check_in_monitor[monitoring_state]": "paused", "csrf_token": csrf(browser)}
    for method in ("POST", "PATCH"):
        browser.request(address(shop, f"/{monitor(site).uuid}"), method=method, POST=change, status=404)
    assert monitor(site).monitoring_paused_at is None


def test_a_change_without_the_forms_token_is_refused(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    check_in(site, api_key(site, shop))
    site.project_events()
    change = {"check_in_monitor[monitoring_state]": "paused"}
    assert browser.post(address(shop, f"/{monitor(site).uuid}"), change, status="*").status_int == 422
    assert monitor(site).monitoring_paused_at is None


def test_case_60_26_many_monitors_come_in_pages_and_hostile_names_as_text(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop = people.project(ana)
    token = api_key(site, shop)
    check_in(site, token, slug="<script>alert(1)</script>", status="error")
    for number in range(51):
        check_in(site, token, slug=f"job-{number:02}")
    site.project_events()
    first = browser.get(address(shop))
    assert "<script>alert(1)" not in first.text
    assert len(rows_of(first)) == 50
    second = first.click("Next")
    assert [row[0] for row in rows_of(second)] == ["job-49 production", "job-50 production"]
    assert len(rows_of(second.click("Previous"))) == 50
    for number in ("0", "-1", "99", "x", "²", "1" * 400):
        assert len(rows_of(browser.get(address(shop), {"page": number}))) in (50, 2)


def csrf(browser: Any) -> str:
    token: str = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return token

"""An owner invites by link, without a mail server, and a stranger comes in with it where nobody can sign up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from support.instance import Instance
from support.journeys import PASSWORD, Shop, Visits, expect_told, serving
from support.programs import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(make_site: Callable[..., Instance]) -> Iterator[Shop]:
    """At the address that its links lead to."""
    port = free_port()
    site = make_site(LOGISTER_PUBLIC_URL=f"http://127.0.0.1:{port}", LOGISTER_SIGNUP_ENABLED="no")
    with serving(site, port) as found:
        yield found


def test_a_stranger_with_a_link_gets_an_account_and_the_role_that_was_meant(shop: Shop, open_page: Visits) -> None:
    project = f"{shop.address}/projects/{shop.project.uuid}"
    owner, team = open_page(), f"{project}/settings?section=team"
    owner.goto(team)
    invite = owner.locator("form[action$='/invitations']")
    expect(invite).to_contain_text("there is no mail server to send it")
    invite.get_by_label("Role").select_option("admin")
    invite.get_by_role("button", name="Make a link").click()
    link = owner.locator("[data-token]").inner_text()

    bea = open_page.stranger(width=390)
    bea.goto(link)
    expect(bea.get_by_role("heading", level=1)).to_have_text("Join Shop")
    # The token stays in no address from which it could be copied or sent along.
    assert bea.url == f"{shop.address}/invitations/accept"
    bea.get_by_label("Name").fill("Bea")
    bea.get_by_label("E-mail").fill("bea@example.com")
    bea.get_by_label("Password", exact=True).fill(PASSWORD)
    bea.get_by_label("Password again").fill(PASSWORD)
    bea.get_by_role("button", name="Make an account").click()
    bea.wait_for_url(project)
    expect_told(bea, "You have access to Shop now.")
    bea.goto(team)
    expect(bea.get_by_label("Role of bea@example.com")).to_have_value("admin")

    owner.goto(team)
    expect(owner.get_by_role("rowheader", name="bea@example.com Bea")).to_be_visible()
    expect(owner.get_by_role("table", name="Open invitations")).to_have_count(0)
    late = open_page.stranger()
    # The browser itself says in its console that an answer was 404.
    answer = late.request.get(link)
    assert answer.status == 404

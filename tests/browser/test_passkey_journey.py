"""Passkeys in a real browser, whose authenticator is the browser's own for tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from waitress.server import create_server

from logister_core.accounts.passwords import PasswordHasher
from support.instance import Instance
from support.journeys import PASSWORD, WATCH

pytestmark = pytest.mark.browser


@contextmanager
def served(make_site: Callable[..., Instance]) -> Iterator[tuple[Instance, str]]:
    """At a host name, since passkeys are bound to one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    site = make_site(LOGISTER_PUBLIC_URL=address)
    site.user("ana@example.com", password_hash=PasswordHasher.for_tests().hash(PASSWORD))
    server = create_server(site.router, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield site, address
    server.trigger.pull_trigger(server._map.clear)
    thread.join(timeout=5)
    server.close()


def with_authenticator(page: Page) -> None:
    """A platform authenticator that keeps passkeys and finds its owner at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def enter_password(page: Page, address: str) -> None:
    page.goto(f"{address}/users/sign_in")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator(".bar-person").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/users/sign_in")


def test_a_passkey_is_registered_and_then_used_as_second_step_and_alone(make_site: Any, browser: Browser) -> None:
    complaints: list[str] = []
    with served(make_site) as (_, address):
        context = browser.new_context()
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        with_authenticator(page)

        enter_password(page, address)
        page.wait_for_url(f"{address}/projects")
        page.goto(f"{address}/users/second_factors")
        page.get_by_label("Name").fill("Laptop")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        codes = page.get_by_role("group", name="Recovery codes").inner_text().split()
        assert len(codes) == 10
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_role("rowheader", name="Laptop")).to_be_visible()
        sign_out(page)

        enter_password(page, address)
        page.wait_for_url(f"{address}/users/second_step")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{address}/projects")
        sign_out(page)

        page.goto(f"{address}/users/sign_in?next=/projects/new")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{address}/projects/new")
        sign_out(page)

        enter_password(page, address)
        page.get_by_label("Recovery code").fill(codes[0])
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{address}/projects")
        context.close()
    assert complaints == []

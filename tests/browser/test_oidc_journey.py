"""Single sign-on in a real browser, through a provider that is a program of its own."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect
from waitress.server import create_server

from logister_core.accounts.models import User
from support.journeys import WATCH
from support.programs import free_port, start, stop, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """oidc-provider-mock, which has one person."""
    person = {"sub": "ana", "email": "ana@example.com", "email_verified": True, "name": "Ana"}
    port, log = free_port(), tmp_path / "provider.log"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = start([*command, "--user-claims", json.dumps(person)], log=log)
    try:
        wait_until(lambda: listens(port), process, log)
        yield f"http://localhost:{port}"
    finally:
        stop(process)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_button_leads_to_the_provider_and_back_into_the_application(
    provider: str, make_site: Any, browser: Browser
) -> None:
    port = free_port()
    address = f"http://localhost:{port}"
    site = make_site(
        LOGISTER_PUBLIC_URL=address,
        LOGISTER_OIDC_ISSUER=provider,
        LOGISTER_OIDC_CLIENT_ID="logister",
        LOGISTER_OIDC_CLIENT_SECRET="secret of the client",
        LOGISTER_OIDC_NAME="Acme",
    )
    complaints: list[str] = []

    def ours(message: ConsoleMessage) -> bool:
        # The provider's own page has complaints of its own.
        return message.type == "error" and message.location["url"].startswith(address)

    server = create_server(site.router, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        context = browser.new_context()
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if ours(message) else None)
        page.goto(f"{address}/projects/new")
        page.get_by_role("link", name="Sign in with Acme").click()
        page.wait_for_url(f"{provider}/**")
        page.get_by_role("button", name="ana").first.click()
        page.wait_for_url(f"{address}/projects/new")
        expect(page.get_by_role("heading", name="New project")).to_be_visible()
        context.close()
    finally:
        server.trigger.pull_trigger(server._map.clear)
        thread.join(timeout=5)
        server.close()
    assert [(user.email, user.name) for user in site.rows(User)] == [("ana@example.com", "Ana")]
    assert complaints == []

"""A person signs up at a running server and gets the mail from a real mail server, with each kind of worker."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from logister_core.accounts.models import User
from logister_core.installation.models import Installation
from logister_core.mail.models import AccountMail
from support.instance import Databases
from support.mail_server import MailServer, mail_server
from support.redis import RedisDatabases
from support.server import running
from support.visitor import Visitor

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("worker", ["in the web process", "with Redis"])
def test_the_mail_comes_soon_after_the_commit_and_its_link_lets_in(
    databases: Databases, redis_server: RedisDatabases, tmp_path: Path, worker: str
) -> None:
    kind, url = ("postgresql", redis_server()) if worker == "with Redis" else ("sqlite", None)
    with (
        mail_server() as server,
        running(databases, kind, tmp_path, redis_url=url, **server.environ) as plant,
        Visitor(plant.web.url) as visitor,
    ):
        with plant.site.write() as db:
            # Until somebody administers it, signing up leads to the set-up page.
            db.get_one(Installation, 1).claimed_at = plant.site.clock()
        page = visitor.open("/users/sign_up").submit(
            "/users", email="ana@example.com", password=PASSWORD, password_confirmation=PASSWORD
        )
        assert "We sent you a mail" in page.text
        link = urlsplit(wait_for_mail(server))
        assert "is confirmed. Sign in." in visitor.open(f"{link.path}?{link.query}").text
        page = visitor.open("/users/sign_in").submit("/users/sign_in", email="ana@example.com", password=PASSWORD)
        assert page.url.endswith("/projects")
        assert plant.site.rows(User)[0].confirmed_at is not None
        assert plant.site.count(AccountMail) == 0
        assert PASSWORD not in plant.web.output()


def wait_for_mail(server: MailServer) -> str:
    """The link in the first mail; well before the sweep of the next minute."""
    end = time.monotonic() + 10
    while not server.envelopes:
        assert time.monotonic() < end, "no mail came"
        time.sleep(0.05)
    assert server.last().recipients == ["ana@example.com"]
    return server.last().link()

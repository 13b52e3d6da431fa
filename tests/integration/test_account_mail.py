"""A person signs up at a running server and gets the mail from a real mail server, with each kind of worker.

The mail server is set in the environment, or saved in the browser while web process and worker run.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.administration.installation.actors import QUEUED
from logister_core.installation.models import Installation as InstallationRow
from logister_core.mail.models import AccountMail
from support.instance import Databases
from support.mail_server import MailServer, mail_server
from support.programs import ticks
from support.redis import RedisDatabases
from support.server import Installation, running
from support.visitor import Visitor

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("worker", ["in the web process", "with Redis"])
def test_the_mail_comes_soon_after_the_commit_and_its_link_lets_in(
    databases: Databases, redis_server: RedisDatabases, tmp_path: Path, worker: str
) -> None:
    apart = worker == "with Redis"
    kind, url = ("postgresql", redis_server()) if apart else ("sqlite", None)
    with (
        mail_server() as server,
        running(databases, kind, tmp_path, redis_url=url, **({} if apart else server.environ)) as plant,
        Visitor(plant.web.url) as visitor,
    ):
        with plant.site.write() as db:
            # Until somebody administers it, signing up leads to the set-up page.
            db.get_one(InstallationRow, 1).claimed_at = plant.site.clock()
        if apart:
            save(server, plant)
        page = visitor.open("/users/sign_up").submit(
            "/users", email="ana@example.com", password=PASSWORD, password_confirmation=PASSWORD
        )
        assert "We sent you a mail" in page.text
        link = urlsplit(wait_for_mail(server))
        assert "is confirmed. Sign in." in visitor.open(f"{link.path}?{link.query}").text
        page = visitor.open("/users/sign_in").submit("/users/sign_in", email="ana@example.com", password=PASSWORD)
        assert page.url.endswith("/projects")
        assert next(user for user in plant.site.rows(User) if user.email == "ana@example.com").confirmed_at is not None
        assert plant.site.count(AccountMail) == 0
        assert PASSWORD not in plant.web.output()


def save(server: MailServer, plant: Installation) -> None:
    """Let an administrator save that server, and wait until the worker sends through it, too."""
    plant.site.user("root@example.com", password_hash=PasswordHasher.for_tests().hash(PASSWORD), application_admin=True)
    page = "/admin/installation/email"
    with Visitor(plant.web.url) as root:
        root.sign_in("root@example.com", PASSWORD)
        settings = {"email.smtp_address": "localhost", "email.smtp_port": str(server.port)}
        saved = root.open(page).submit(page, **settings)
        assert "Email saved and in effect." in saved.text
        token = saved.html.find("input", {"name": "csrf_token"})["value"]
        for _ in ticks(15):
            # One mail comes from the web process, and one from the worker once it has noticed.
            root.http.post(f"{page}/test", data={"csrf_token": token, "test_recipient": "root@example.com"})
            if QUEUED in [envelope.message["Subject"] for envelope in server.envelopes]:
                break


def wait_for_mail(server: MailServer) -> str:
    """The link in the first mail to her; well before the sweep of the next minute."""
    for _ in ticks(10):
        for envelope in server.envelopes:
            if envelope.recipients == ["ana@example.com"]:
                return envelope.link()
    raise AssertionError

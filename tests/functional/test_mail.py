"""Mail that leaves: through a real mail server, and to files where there is none."""

from __future__ import annotations

import logging
import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from logister_core.accounts.models import User
from logister_core.administration.installation.actors import send_test_mail
from logister_core.mail.actors import send_account_mails
from logister_core.mail.delivery import KEPT
from logister_core.mail.mailer import Mail, Mailer, MailError, MailRefused, Server
from logister_core.mail.models import AccountMail, MailKind
from logister_core.settings import load_settings
from logister_core.tasks.actors import actor_name
from support.mail_server import mail_server

TLS = Path(__file__).parents[1] / "fixtures" / "tls"


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def trusted(monkeypatch):
    """A certificate for `localhost` that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


def mailer(home, **environ):
    return Mailer(load_settings({}, {"LOGISTER_HOME": str(home)} | environ))


def owe(site, kind=MailKind.RESET, **values):
    now = site.clock()
    with site.write() as db:
        db.add(AccountMail(kind=kind.value, due_at=now, created_at=now, **values))


def work(site):
    site.registry.actors[actor_name(send_account_mails)].fn()


class TestTheServer:
    def test_it_gets_sender_recipient_and_a_plain_text(self, server, tmp_path):
        environ = {"LOGISTER_EMAIL_FROM": "errors@shop.example", "LOGISTER_PUBLIC_URL": "https://errors.shop.example"}
        mailer(tmp_path, **server.environ, **environ).send(Mail(to="ana@example.com", subject="Hällo", text="Grüße\n"))
        [got] = server.envelopes
        assert (got.sender, got.recipients) == ("errors@shop.example", ["ana@example.com"])
        assert got.message["From"] == "Logister <errors@shop.example>"
        assert (got.message["To"], got.message["Subject"]) == ("ana@example.com", "Hällo")
        assert got.text.strip() == "Grüße"
        assert got.message["Message-ID"].endswith("@errors.shop.example>")
        assert got.greeted_as == "errors.shop.example"
        assert not [name for name in got.message if name.lower().startswith(("x-ses", "list-"))]

    def test_the_greeting_is_the_configured_one(self, server, tmp_path):
        mailer(tmp_path, **server.environ, SES_SMTP_DOMAIN="relay.example").send(
            Mail(to="ana@example.com", subject="Hello", text="Hi")
        )
        assert server.last().greeted_as == "relay.example"

    def test_a_header_cannot_be_smuggled_in(self, server, tmp_path):
        mail = Mail(
            to="ana@example.com",
            subject="Hello\r\nBcc: eve@example.com",
            text="Hi",
            headers=[("X-Note", "one\r\nX-Other: two")],
        )
        mailer(tmp_path, **server.environ).send(mail)
        [got] = server.envelopes
        assert got.recipients == ["ana@example.com"]
        assert got.message["Bcc"] is None
        assert got.message["X-Other"] is None

    def test_the_configuration_set_of_amazon_is_named_where_no_link_to_an_account_is(self, make_site, server):
        site = make_site(**server.environ, SES_CONFIGURATION_SET="errors-2")
        site.registry.actors[actor_name(send_test_mail)].fn("ana@example.com")
        assert server.last().message["X-SES-CONFIGURATION-SET"] == "errors-2"
        user = site.user("ana@example.com")
        for kind in MailKind:
            owe(site, kind, user_id=user.id)
        work(site)
        assert len(server.envelopes) > len(MailKind) - 1
        assert [got for got in server.envelopes[1:] if got.message["X-SES-CONFIGURATION-SET"]] == []

    def test_html_comes_beside_the_text(self, server, tmp_path):
        mailer(tmp_path, **server.environ).send(Mail(to="a@example.com", subject="S", text="T", html="<p>H</p>"))
        message = server.last().message
        assert message.get_content_type() == "multipart/alternative"
        assert message.get_body(("html",)).get_content().strip() == "<p>H</p>"

    def test_the_password_goes_over_an_encrypted_connection(self, tmp_path, trusted):
        with mail_server(tls=trusted) as server:
            environ = server.environ | {"SES_SMTP_USERNAME": "shop", "SES_SMTP_PASSWORD": server.password}
            mailer(tmp_path, **environ).send(Mail(to="ana@example.com", subject="S", text="T"))
            assert (server.last().encrypted, server.last().user) == (True, "shop")

    def test_a_wrong_password_is_a_failure_that_may_pass(self, tmp_path, trusted):
        with mail_server(tls=trusted) as server:
            environ = server.environ | {"SES_SMTP_USERNAME": "shop", "SES_SMTP_PASSWORD": "wrong"}
            with pytest.raises(MailError, match="535") as caught:
                mailer(tmp_path, **environ).send(Mail(to="ana@example.com", subject="S", text="T"))
            assert not isinstance(caught.value, MailRefused)
            assert "wrong" not in str(caught.value)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, tmp_path, trusted, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        with mail_server(tls=trusted) as server:
            with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
                mailer(tmp_path, **server.environ).send(Mail(to="ana@example.com", subject="S", text="T"))
            assert server.envelopes == []

    def test_the_password_is_not_sent_in_the_clear_unless_the_operator_says_so(self, tmp_path):
        with mail_server(auth_in_the_clear=True) as server:
            environ = server.environ | {"SES_SMTP_USERNAME": "shop", "SES_SMTP_PASSWORD": server.password}
            mail = Mail(to="ana@example.com", subject="S", text="T")
            with pytest.raises(MailError, match="does not offer STARTTLS"):
                mailer(tmp_path, **environ).send(mail)
            mailer(tmp_path, **environ, SES_SMTP_ENABLE_STARTTLS_AUTO="no").send(mail)
            assert (server.last().encrypted, server.last().user) == (False, "shop")

    def test_checking_sends_nothing(self, server, tmp_path):
        settings = load_settings({}, server.environ)
        Server(settings.mail, "localhost", "here.example").check()
        assert server.envelopes == []

    def test_nobody_there_is_a_failure_that_may_pass(self, server, tmp_path):
        with mail_server() as gone:
            environ = gone.environ
        with pytest.raises(MailError, match="ConnectionRefusedError"):
            mailer(tmp_path, **environ).send(Mail(to="ana@example.com", subject="S", text="T"))

    @pytest.mark.parametrize(("reply", "kind"), [("550 No such user", MailRefused), ("451 Later", MailError)])
    def test_what_the_server_will_never_take_is_told_apart(self, server, tmp_path, reply, kind):
        server.refuse["ana@example.com"] = reply
        with pytest.raises(MailError, match=reply) as caught:
            mailer(tmp_path, **server.environ).send(Mail(to="ana@example.com", subject="S", text="T"))
        assert type(caught.value) is kind

    def test_amazon_is_asked_only_when_there_is_a_user_there(self):
        user = {"SES_SMTP_USERNAME": "shop", "SES_SMTP_PASSWORD": "x"}
        assert load_settings({}, {}).mail.host is None
        assert load_settings({}, user).mail.host == "email-smtp.us-east-1.amazonaws.com"
        assert load_settings({}, user | {"SES_REGION": "eu-west-1"}).mail.host == "email-smtp.eu-west-1.amazonaws.com"
        assert load_settings({}, user | {"SES_SMTP_ADDRESS": "relay.example"}).mail.host == "relay.example"


class TestFiles:
    def test_without_a_server_a_file_is_written_and_the_log_names_it(self, tmp_path, caplog):
        with caplog.at_level(logging.WARNING):
            mailer(tmp_path / "home").send(Mail(to="ana@example.com", subject="Hello", text="secret link"))
        [file] = (tmp_path / "home" / "mail").glob("*.eml")
        assert b"secret link" in file.read_bytes()
        [record] = caplog.records
        assert str(file) in record.getMessage()
        assert "ana@example.com" not in caplog.text
        assert "secret link" not in caplog.text
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_the_oldest_go_so_that_nobody_fills_the_disk(self, tmp_path, monkeypatch):
        monkeypatch.setattr("logister_core.mail.folder.KEPT", 2)
        for number in range(4):
            mailer(tmp_path).send(Mail(to="ana@example.com", subject=str(number), text=f"text {number}"))
        texts = [file.read_text() for file in sorted((tmp_path / "mail").glob("*.eml"))]
        assert ["text 2" in texts[0], "text 3" in texts[1]] == [True, True]


class TestWhatIsOwed:
    @pytest.fixture
    def site(self, make_site, server):
        return make_site(**server.environ)

    def test_it_is_sent_once_and_forgotten(self, site, server):
        user = site.user("ana@example.com")
        owe(site, user_id=user.id)
        work(site)
        work(site)
        assert [got.recipients for got in server.envelopes] == [["ana@example.com"]]
        assert site.count(AccountMail) == 0

    def test_an_address_without_an_account_gets_nothing(self, site, server):
        owe(site, address="nobody@example.com")
        owe(site, MailKind.CONFIRMATION, address="nobody@example.com")
        work(site)
        assert server.envelopes == []
        assert site.count(AccountMail) == 0

    def test_the_mail_of_a_deleted_account_goes_with_it(self, site, server):
        user = site.user("ana@example.com")
        owe(site, user_id=user.id)
        with site.write() as db:
            db.delete(db.get(User, user.id))
        work(site)
        assert server.envelopes == []

    def test_an_outage_is_waited_out_longer_and_longer(self, site, server, caplog):
        user = site.user("ana@example.com")
        server.refuse["ana@example.com"] = "451 Come back later"
        owe(site, MailKind.PASSWORD_CHANGED, user_id=user.id)
        waits = []
        for _ in range(8):
            before = site.clock()
            work(site)
            [row] = site.rows(AccountMail)
            waits.append((row.due_at - before) // timedelta(minutes=1))
            site.clock.now = row.due_at
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
        assert "451 Come back later" in row.last_error
        assert "mail.failed" in caplog.text
        assert "ana@example.com" not in caplog.text
        server.refuse.clear()
        work(site)
        assert len(server.envelopes) == 1
        assert site.count(AccountMail) == 0

    def test_it_is_not_tried_before_its_time(self, site, server):
        user = site.user("ana@example.com")
        server.refuse["ana@example.com"] = "451 Come back later"
        owe(site, user_id=user.id)
        work(site)
        work(site)
        assert site.rows(AccountMail)[0].attempts == 1

    def test_a_link_that_would_come_too_late_is_given_up(self, site, server, caplog):
        user = site.user("ana@example.com")
        server.refuse["ana@example.com"] = "451 Come back later"
        owe(site, user_id=user.id)
        site.clock.forward(hours=6)
        work(site)
        [row] = site.rows(AccountMail)
        assert row.given_up_at == site.clock()
        assert "mail.given_up" in caplog.text
        site.clock.forward(days=1)
        work(site)
        assert site.rows(AccountMail)[0].attempts == 1
        site.clock.now += KEPT
        work(site)
        assert site.count(AccountMail) == 0

    def test_a_recipient_whom_nobody_knows_holds_up_no_other(self, site, server):
        ana, bob = site.user("ana@example.com"), site.user("bob@example.com")
        server.refuse["ana@example.com"] = "550 No such user"
        for user in (ana, bob):
            owe(site, MailKind.PASSWORD_CHANGED, user_id=user.id)
        work(site)
        assert [got.recipients for got in server.envelopes] == [["bob@example.com"]]
        [row] = site.rows(AccountMail)
        assert row.given_up_at is not None

    def test_what_a_killed_worker_had_taken_is_sent_after_its_lease(self, site, server):
        from logister_core.mail import delivery

        user = site.user("ana@example.com")
        owe(site, user_id=user.id)
        assert delivery._take(site.registry.engine, site.clock()) is not None
        work(site)
        assert server.envelopes == []
        site.clock.now += delivery.LEASE
        work(site)
        assert len(server.envelopes) == 1

    def test_a_mistake_of_ours_stops_nobody_for_good(self, site, server, monkeypatch, caplog):
        user = site.user("ana@example.com")
        owe(site, user_id=user.id)
        with monkeypatch.context() as broken:
            broken.setattr("logister_core.mail.delivery.account_mail", None)
            work(site)
        assert "Traceback" in caplog.text
        site.clock.forward(minutes=1)
        work(site)
        assert len(server.envelopes) == 1


class TestDuringAnUpgrade:
    @pytest.fixture
    def database_kind(self):
        """Whose constraints can be taken away, as the next release does."""
        return "postgresql"

    def test_mails_of_a_kind_that_only_the_next_release_knows_wait_for_it_and_hold_nobody_up(self, site):
        with site.write() as db:
            db.execute(text("ALTER TABLE account_mails DROP CONSTRAINT ck_account_mails_kind"))
            now = site.clock()
            db.add(AccountMail(kind="novelty", address="ana@example.com", due_at=now, created_at=now))
        site.user("bo@example.com")
        owe(site, MailKind.ALREADY_REGISTERED, address="bo@example.com")
        work(site)
        [waiting] = site.rows(AccountMail)
        assert (waiting.kind, waiting.attempts) == ("novelty", 0)
        assert len(list((site.home / "mail").glob("*.eml"))) == 1

"""Handing mails over: to a mail server, or to files where there is none."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from logister_core.mail.folder import Folder
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_core.settings import MailSettings, Settings

IMPLICIT_TLS_PORT: Final = 465
# Replies that begin with it say that the same mail will never be taken.
FOR_GOOD: Final = 500


class MailError(Exception):
    """The mail was not handed over; later it may be."""


class MailRefused(MailError):
    """The mail server will never take this mail; others it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person. `headers` are additional ones; line breaks in any header become blanks."""

    to: str
    subject: str
    text: str
    html: str | None = None
    headers: Iterable[tuple[str, str]] = field(default=())


def configuration_set(settings: MailSettings) -> list[tuple[str, str]]:
    """The header for test mails and for mails about projects, empty without such a set.

    Mails about accounts go without: where the set counts clicks, Amazon puts addresses of its own in the place of
    links, and reads their tokens.
    """
    return [] if settings.configuration_set is None else [("X-SES-CONFIGURATION-SET", settings.configuration_set)]


class Transport(Protocol):
    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Hand it over; raises `MailError`."""


class Mailer:
    """Made for one sending, so that it works with the settings of that moment."""

    def __init__(self, settings: Settings) -> None:
        self._sender = settings.mail.sender
        self._domain = settings.mail.domain or urlsplit(settings.product.public_url).hostname or "localhost"
        self._transport: Transport
        if settings.mail.host is None:
            self._transport = Folder(settings.runtime.home / "mail")
        else:
            self._transport = Server(settings.mail, settings.mail.host, self._domain)

    def send(self, mail: Mail) -> None:
        """Raises `MailError`, or `MailRefused` when trying again is useless."""
        self._transport.send(self._message(mail), self._sender, mail.to)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address("Logister", addr_spec=self._sender)
        # Put together from its parts: what people typed must not be read as a list of addresses.
        user, _, domain = mail.to.rpartition("@")
        message["To"] = Address(username=user, domain=domain)
        message["Subject"] = one_line(mail.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=self._domain)
        # Absence notices and the like need not answer.
        message["Auto-Submitted"] = "auto-generated"
        for name, value in mail.headers:
            message[name] = one_line(value)
        message.set_content(mail.text)
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html")
        return message


class Server:
    """A mail server, spoken to anew for each mail."""

    def __init__(self, settings: MailSettings, host: str, domain: str) -> None:
        self._settings = settings
        self._host = host
        self._domain = domain

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        try:
            with self._connection() as server:
                self._introduce(server)
                server.send_message(message, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            [(code, reply)] = error.recipients.values()
            raise _failure(code, reply) from error
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailError(str(error)) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error

    def check(self) -> None:
        """Connect, encrypt and sign in as for a mail, and send none. Raises `MailError`."""
        try:
            with self._connection() as server:
                self._introduce(server)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise MailError(f"{type(error).__name__}: {error}") from error

    def _connection(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.port == IMPLICIT_TLS_PORT:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                settings.port,
                self._domain,
                timeout=settings.open_timeout,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(self._host, settings.port, self._domain, timeout=settings.open_timeout)
        assert server.sock is not None  # noqa: S101 - the constructor connected
        server.sock.settimeout(settings.read_timeout)
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        server.ehlo()
        encrypted = settings.port == IMPLICIT_TLS_PORT
        if settings.starttls and not encrypted and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            encrypted = True
        if settings.username is None:
            return
        if settings.starttls and not encrypted:
            # Whoever sits between could have taken the offer away, to read the password.
            raise MailError(f"{self._host} does not offer STARTTLS, and the password is not sent in the clear")
        server.login(settings.username, settings.password or "")


def _failure(code: int, reply: bytes | str) -> MailError:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    kind = MailRefused if code >= FOR_GOOD else MailError
    return kind(f"{code} {one_line(text)}")

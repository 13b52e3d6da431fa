"""A real mail server for tests, which keeps what it is given."""

from __future__ import annotations

import email
import email.policy
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .programs import free_port


@dataclass
class Envelope:
    sender: str
    recipients: list[str]
    message: EmailMessage
    greeted_as: str
    encrypted: bool
    user: str | None

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()

    def link(self) -> str:
        """The address in the text that stands on a line of its own and has a token."""
        [found] = re.findall(r"^(https?://\S+token=\S+)\s*$", self.text, re.MULTILINE)
        return found


@dataclass
class MailServer:
    """`refuse` maps a recipient to the reply it gets; `password` is that of every user."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    password: str = "open sesame"

    @property
    def environ(self) -> dict[str, str]:
        """The settings with which an instance uses this server."""
        return {"SES_SMTP_ADDRESS": "localhost", "SES_SMTP_PORT": str(self.port)}

    def last(self) -> Envelope:
        return self.envelopes[-1]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        user = session.auth_data.login.decode() if session.authenticated else None
        self.envelopes.append(
            Envelope(envelope.mail_from, envelope.rcpt_tos, message, session.host_name, session.ssl is not None, user)
        )
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = getattr(data, "password", None) == self.password.encode()
        return AuthResult(success=good, handled=good, auth_data=data)


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, auth_in_the_clear: bool = False) -> Iterator[MailServer]:
    server = MailServer()
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=tls,
        authenticator=server.authenticate,
        auth_require_tls=not auth_in_the_clear,
    )
    controller.start()
    try:
        server.port = controller.port
        yield server
    finally:
        controller.stop()

"""The settings of mail; the names are those of Amazon SES, which any other mail server answers to as well."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Saved, boolean, email, integer, setting, text

HOST = r"[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?"


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """How mail leaves; without an address or a user of a mail server it is written to files."""

    sender: str = setting(
        "LOGISTER_EMAIL_FROM",
        "logister@localhost",
        email(),
        help="address that all mail comes from",
        saved=Saved("general.email_from", "Sender of mail"),
    )
    address: str | None = setting(
        "SES_SMTP_ADDRESS",
        None,
        text("a host name", pattern=HOST),
        help="mail server; unset: that of Amazon SES in SES_REGION when there is a user, else mail goes to files",
        saved=Saved("email.smtp_address", "Mail server"),
    )
    port: int = setting(
        "SES_SMTP_PORT",
        "587",
        integer(1, 65535),
        help="port of the mail server; on 465 the connection is encrypted from the start",
        saved=Saved("email.smtp_port", "Port"),
    )
    domain: str | None = setting(
        "SES_SMTP_DOMAIN",
        None,
        text("a host name", pattern=HOST),
        help="name with which this server greets the mail server; unset: the host of LOGISTER_PUBLIC_URL",
        saved=Saved("email.smtp_domain", "Greeting"),
    )
    username: str | None = setting(
        "SES_SMTP_USERNAME",
        None,
        text(),
        help="user at the mail server; unset: no one signs in there",
        saved=Saved("email.smtp_username", "User"),
    )
    password: str | None = setting(
        "SES_SMTP_PASSWORD",
        None,
        text(),
        help="password at the mail server",
        secret=True,
        saved=Saved("email.smtp_password", "Password"),
    )
    region: str = setting(
        "SES_REGION",
        "us-east-1",
        text("a region of Amazon", pattern=r"[a-z0-9-]+"),
        help="region of Amazon SES, for the name of its mail server",
        saved=Saved("email.ses_region", "Region of Amazon SES"),
    )
    starttls: bool = setting(
        "SES_SMTP_ENABLE_STARTTLS_AUTO",
        "true",
        boolean(),
        help="encrypt the connection when the mail server offers that; a password is not sent without, unless no",
        saved=Saved("email.starttls", "Encrypt the connection"),
    )
    open_timeout: int = setting(
        "SES_SMTP_OPEN_TIMEOUT",
        "5",
        integer(1, 600, unit="seconds"),
        help="wait for a connection to the mail server",
        saved=Saved("email.open_timeout", "Seconds to connect"),
    )
    read_timeout: int = setting(
        "SES_SMTP_READ_TIMEOUT",
        "5",
        integer(1, 600, unit="seconds"),
        help="wait for each answer of the mail server",
        saved=Saved("email.read_timeout", "Seconds for an answer"),
    )
    configuration_set: str | None = setting(
        "SES_CONFIGURATION_SET",
        None,
        text("a name of letters, digits, dashes or underscores", pattern=r"[A-Za-z0-9_-]{1,64}"),
        help="configuration set of Amazon SES that test mails and mail about projects name in a header",
        saved=Saved("email.configuration_set", "Configuration set"),
    )

    @property
    def host(self) -> str | None:
        """The mail server; None when nobody named one, directly or by a user at Amazon's."""
        if self.address is None and self.username is not None:
            return f"email-smtp.{self.region}.amazonaws.com"
        return self.address

    def problems(self) -> list[str]:
        if self.username is not None and self.password is None:
            return ["SES_SMTP_PASSWORD is not set; expected the password of the user in SES_SMTP_USERNAME"]
        return []

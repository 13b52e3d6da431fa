"""The mail server, spoken to as for a mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from logister_core.accounts.services import normal_email, valid_email
from logister_core.administration.installation.actors import send_test_mail
from logister_core.administration.installation.sections import Diagnosis, Examination
from logister_core.mail.mailer import Mail, Mailer, MailError, Server, configuration_set
from logister_core.tasks.actors import send

RECIPIENT = "test_recipient"
DIRECT = "Logister direct email test"
TEXT = "This installation can send mail. Nothing needs to be done.\n"


def check_email(examination: Examination) -> Diagnosis:
    """With a recipient: one mail from here and one from the background, which only knows what is saved."""
    recipient = normal_email(examination.fields.get(RECIPIENT, ""))
    if recipient and not valid_email(recipient):
        return Diagnosis(False, "The address for the test mails is no e-mail address.")
    if recipient and not examination.saved:
        return Diagnosis(
            False,
            "Save the settings before test mails are sent: the background knows only what is saved.",
            {"saved_configuration_required": True},
        )
    details: dict[str, Any] = {"test_messages": 0}
    mail = examination.settings.mail
    try:
        if mail.host is None:
            details["smtp"] = "none"
        else:
            domain = mail.domain or urlsplit(examination.settings.product.public_url).hostname or "localhost"
            Server(mail, mail.host, domain).check()
            details["smtp"] = "reachable"
        if recipient:
            Mailer(examination.settings).send(
                Mail(to=recipient, subject=DIRECT, text=TEXT, headers=configuration_set(mail))
            )
            send(examination.registry, send_test_mail, recipient)
            details["test_messages"] = 2
    except MailError as error:
        # What the server says is what the person needs, except where it answers with what it was given.
        kind = type(error.__cause__ or error).__name__
        return Diagnosis(False, f"The mail server cannot be used: {_reason(error)}", {"error_class": kind})
    return Diagnosis(True, _told(mail.host, recipient), details)


def _told(host: str | None, recipient: str) -> str:
    where = "No mail server is set, so mail is written to files" if host is None else f"{host} accepts mail from here"
    return f"{where}. Two test mails are on their way to {recipient}." if recipient else f"{where}."


def _reason(error: MailError) -> str:
    cause = error.__cause__
    code = getattr(cause, "smtp_code", None)
    if code is not None:
        return f"it answered {code}."
    if isinstance(cause, TimeoutError):
        return "it did not answer in time."
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused."
    if isinstance(cause, OSError) and type(cause).__name__ == "gaierror":
        return "there is no host of that name."
    if cause is None:
        return f"{error}."
    return f"{type(cause).__name__}."

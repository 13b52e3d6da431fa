"""What the mails to people with accounts say."""

from __future__ import annotations

from datetime import datetime
from string import Template
from typing import Final

from logister_core.mail.mailer import Mail
from logister_core.mail.models import MailKind

CONFIRMATION_PATH: Final = "/users/confirmation?confirmation_token="
RESET_PATH: Final = "/users/password/edit?reset_password_token="

_FACTOR_CHANGED: Final = """\
Hello $address,

on $when (UTC) this was changed about your account at
$site

$subject.

If it was you, there is nothing to do. If not, somebody else has got into your
account. Choose a new password now, with the link that this page sends you:

$site/users/password/new

Then sign in and remove what is not yours:

$site/users/second_factors

Can you not get in any more? Tell the people who look after this installation;
they can take all second factors away.
"""

# Subject and text. `$link` is an address of this installation, `$site` its start page, `$when` that of the change.
_TEXTS: Final = {
    MailKind.CONFIRMATION: (
        "Confirmation instructions",
        """\
Hello $address,

open this link to confirm that this address is yours:

$link

Did you not ask for this? Then do not open the link: somebody typed your address at
$site, and nothing comes of it.
""",
    ),
    MailKind.RESET: (
        "Reset password instructions",
        """\
Hello $address,

somebody asked for a new password for your account. If that was you, choose it here:

$link

The link works once, for six hours. If it was not you, ignore this mail: your
password stays as it is.
""",
    ),
    MailKind.ALREADY_REGISTERED: (
        "You have an account already",
        """\
Hello $address,

somebody, perhaps you, asked for this address to be used at
$site
It belongs to an account that is there already, and nothing was changed.

Sign in:           $site/users/sign_in
Forgot password:   $site/users/password/new

If it was not you, you can ignore this mail.
""",
    ),
    MailKind.PASSWORD_CHANGED: (
        "Your password was changed",
        """\
Hello $address,

the password of your account at
$site
was changed a moment ago, and every other browser was signed out.

If it was not you, somebody else has got into your account. Choose a new password
now, with the link that this page sends you:

$site/users/password/new
""",
    ),
    MailKind.EMAIL_CHANGED: (
        "Your e-mail address was changed",
        """\
Hello $address,

your account at
$site
now has another e-mail address, and mails no longer come here.

If it was not you, somebody else has got into your account. Tell the people who
look after this installation; they can lock them out.
""",
    ),
    MailKind.APP_ADDED: ("An authenticator app was added to your account", _FACTOR_CHANGED),
    MailKind.APP_REMOVED: ("Your authenticator app was removed", _FACTOR_CHANGED),
    MailKind.PASSKEY_ADDED: ("A passkey was added to your account", _FACTOR_CHANGED),
    MailKind.PASSKEY_REMOVED: ("A passkey was removed from your account", _FACTOR_CHANGED),
    MailKind.CODES_MADE: ("New recovery codes were made for your account", _FACTOR_CHANGED),
    MailKind.FACTORS_RESET: (
        "Your second factors were taken away",
        """\
Hello $address,

on $when (UTC) somebody who looks after this installation took away the
authenticator app, the passkeys and the recovery codes of your account at
$site

Your password alone signs you in now. If you asked for that, set up second
factors again:

$site/users/second_factors

If you did not, somebody may be trying to get into your account. Tell the people
who look after this installation, and choose a new password:

$site/users/password/new
""",
    ),
}


def account_mail(kind: MailKind, *, to: str, site: str, link: str = "", when: datetime | None = None) -> Mail:
    """`site` is the public address of this installation, `when` something that the mail tells of happened."""
    subject, text = _TEXTS[kind]
    moment = "" if when is None else f"{when:%-d %B %Y, %H:%M}"
    filled = Template(text).substitute(address=to, site=site, subject=subject, link=link, when=moment)
    return Mail(to=to, subject=subject, text=filled)

"""Who administers the installation."""

from __future__ import annotations

from collections.abc import Collection

from logister_core.accounts.models import User


def administers(user: User, admin_emails: Collection[str]) -> bool:
    """By the flag in the database, or because LOGISTER_ADMIN_EMAILS (lower case) lists the address.

    The list is the way back in when nobody has the flag. It gives nothing to an address nobody confirmed.
    """
    return user.application_admin or (user.confirmed_at is not None and user.email in admin_emails)

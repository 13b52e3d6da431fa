"""Mail: how it leaves, and the mails that accounts need.

`Mailer` hands one mail over, now. `AccountMails` owes mails to people: what is owed is a row that is committed with
the change it tells of, and the background sends it as soon as it can.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.mail.actors import send_account_mails
    from logister_core.mail.services import AccountMails

    config.register_service_factory(AccountMails.from_request, AccountMails)
    config.add_recurring_job("account_mails", send_account_mails, every=timedelta(minutes=1))
    config.scan()

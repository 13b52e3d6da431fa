"""Where mail goes without a mail server: one file each, for whoever runs this installation to open."""

from __future__ import annotations

import logging
import os
import secrets
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from logister_core.logs import event

logger = logging.getLogger(__name__)

# So that nobody can fill the disk by asking for mails.
KEPT: Final = 500


class Folder:
    """Files that only the server's user may read: mails hold links that let people in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
        file = self._path / name
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(message.as_bytes())
        logger.warning(event("mail.written", file=file, reason="no mail server is set (SES_SMTP_ADDRESS)"))
        for old in sorted(self._path.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)

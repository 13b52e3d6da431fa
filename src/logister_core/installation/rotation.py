"""A new root secret: what was encrypted with the old one is encrypted anew."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logister_core.errors import Refused
from logister_core.installation.models import Installation, InstanceSetting
from logister_core.installation.saved_values import settings_cipher
from logister_core.security.encryption import Cipher, Undecipherable


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many values: encrypted anew, and found encrypted with the new secret."""

    rotated: int
    current: int


def rotate(session: Session, *, old_secret: str, new_secret: str) -> Rotation:
    """All of them or none; a second run finds nothing to do. Raises `Refused` with the keys that neither can read."""
    old, new = settings_cipher(old_secret), settings_cipher(new_secret)
    rows = session.scalars(select(InstanceSetting).with_for_update().order_by(InstanceSetting.key)).all()
    rotated, unreadable = 0, []
    for row in rows:
        if _reads(new, row):
            continue
        try:
            row.encrypted_value = new.encrypt(old.decrypt(row.encrypted_value, row.key), row.key)
            rotated += 1
        except Undecipherable:
            unreadable.append(row.key)
    if unreadable:
        keys = ", ".join(unreadable)
        raise Refused({"": f"neither secret can read {keys}; nothing was changed. Is the old secret the right one?"})
    if rotated:
        session.execute(update(Installation).values(settings_version=Installation.settings_version + 1))
    return Rotation(rotated, len(rows) - rotated)


def _reads(cipher: Cipher, row: InstanceSetting) -> bool:
    try:
        cipher.decrypt(row.encrypted_value, row.key)
    except Undecipherable:
        return False
    return True

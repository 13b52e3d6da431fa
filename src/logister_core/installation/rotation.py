"""A new root secret: what was encrypted with the old one is encrypted anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.installation.models import Installation, InstanceSetting
from logister_core.installation.saved_values import settings_cipher
from logister_core.second_factors.models import AuthenticatorApp
from logister_core.second_factors.services import app_cipher, app_place
from logister_core.security.encryption import Cipher, Undecipherable


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many values: encrypted anew, and found encrypted with the new secret."""

    rotated: int
    current: int


def rotate(session: Session, *, old_secret: str, new_secret: str) -> Rotation:
    """All of them or none; a second run finds nothing to do. Raises `Refused` with what neither can read."""
    settings = session.scalars(select(InstanceSetting).with_for_update().order_by(InstanceSetting.key)).all()
    apps = session.execute(
        select(AuthenticatorApp, User.uuid)
        .join(User, User.id == AuthenticatorApp.user_id)
        .with_for_update(of=AuthenticatorApp)
        .order_by(AuthenticatorApp.id)
    ).all()
    of_settings = _Change(settings_cipher(old_secret), settings_cipher(new_secret))
    of_apps = _Change(app_cipher(old_secret), app_cipher(new_secret))
    for row in settings:
        row.encrypted_value = of_settings.sealed(row.encrypted_value, row.key)
    for app, user_uuid in apps:
        app.sealed_secret = of_apps.sealed(app.sealed_secret, app_place(user_uuid))
    unreadable = [*of_settings.unreadable, *of_apps.unreadable]
    if unreadable:
        what = ", ".join(unreadable)
        raise Refused({"": f"neither secret can read {what}; nothing was changed. Is the old secret the right one?"})
    if of_settings.changed:
        session.execute(update(Installation).values(settings_version=Installation.settings_version + 1))
    changed = of_settings.changed + of_apps.changed
    return Rotation(changed, len(settings) + len(apps) - changed)


@dataclass(slots=True)
class _Change:
    old: Cipher
    new: Cipher
    changed: int = 0
    unreadable: list[str] = field(default_factory=list)

    def sealed(self, text: str, place: str) -> str:
        """`text` as the new secret has it; as it is when neither secret can read it."""
        try:
            self.new.decrypt(text, place)
        except Undecipherable:
            pass
        else:
            return text
        try:
            plain = self.old.decrypt(text, place)
        except Undecipherable:
            self.unreadable.append(place)
            return text
        self.changed += 1
        return self.new.encrypt(plain, place)

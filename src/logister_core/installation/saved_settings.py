"""Saving settings, with a record of who did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.upsert import insert_for
from logister_core.installation.models import Installation, InstanceSetting, InstanceSettingChange
from logister_core.installation.saved_values import decrypted, saved_rows, settings_cipher
from logister_core.security.encryption import Cipher
from logister_core.settings import Saved, Variable

if TYPE_CHECKING:
    from logister_core.types import Request


class SavedSettings:
    """What one person does to them in one transaction; `on_change` is called when something did change."""

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        cipher: Cipher,
        *,
        actor: User | None,
        request_id: str,
        on_change: Callable[[], None],
    ) -> None:
        self._session = session
        self._clock = clock
        self._cipher = cipher
        self._actor = actor
        self._request_id = request_id
        self._on_change = on_change
        self._noticed = False

    @classmethod
    def from_request(cls, context: object, request: Request) -> SavedSettings:
        return cls(
            request.db,
            request.registry.clock,
            settings_cipher(request.settings.secret_key),
            actor=request.user,
            request_id=request.request_id,
            on_change=_take_up_after_commit(request),
        )

    @cached_property
    def values(self) -> dict[str, str]:
        """By key, as of now."""
        return decrypted(saved_rows(self._session), self._cipher)

    def save(self, variable: Variable, text: str) -> bool:
        """Whether that is something new. The text must be one that the variable's kind reads."""
        saved = _saved(variable)
        if self.values.get(saved.key) == text:
            return False
        now, actor_id = self._clock(), self._actor.id if self._actor else None
        values = {
            "encrypted_value": self._cipher.encrypt(text, saved.key),
            "updated_by_user_id": actor_id,
            "updated_at": now,
        }
        statement = insert_for(self._session, InstanceSetting).values(key=saved.key, created_at=now, **values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[InstanceSetting.key], set_=values))
        self._changed(variable, "updated" if saved.key in self.values else "created")
        self.values[saved.key] = text
        return True

    def remove(self, variable: Variable) -> bool:
        """Whether there was something to remove; also what cannot be decrypted any more."""
        saved = _saved(variable)
        result = self._session.execute(
            delete(InstanceSetting).where(InstanceSetting.key == saved.key).returning(InstanceSetting.key)
        )
        if result.first() is None:
            return False
        self._changed(variable, "removed")
        self.values.pop(saved.key, None)
        return True

    def record(self, key: str, action: str, **details: Any) -> None:
        """Add to the history; `details` are for everybody who may see the page, so no values."""
        self._session.add(
            InstanceSettingChange(
                key=key,
                action=action,
                actor_id=self._actor.id if self._actor else None,
                request_id=self._request_id,
                details=details,
                created_at=self._clock(),
            )
        )

    def _changed(self, variable: Variable, action: str) -> None:
        saved = _saved(variable)
        self.record(saved.key, action, section=saved.page, secret=variable.secret, restart=saved.restart)
        if self._noticed:
            return
        self._noticed = True
        self._session.execute(
            update(Installation)
            .where(Installation.id == 1)
            .values(settings_version=Installation.settings_version + 1)
            .execution_options(synchronize_session="fetch")
        )
        self._on_change()


def _saved(variable: Variable) -> Saved:
    assert variable.saved is not None, f"{variable.name} cannot be saved"  # noqa: S101
    return variable.saved


def _take_up_after_commit(request: Request) -> Callable[[], None]:
    live = request.registry.live_settings

    def take_up(committed: bool) -> None:
        if committed:
            live.refresh()

    return lambda: request.tm.get().addAfterCommitHook(take_up)

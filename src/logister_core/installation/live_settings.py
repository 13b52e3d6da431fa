"""Saved settings in processes that run: each looks every few seconds whether something has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from logister_core.db.sessions import read_transaction
from logister_core.installation.models import Installation
from logister_core.installation.saved_values import decrypted, saved_rows, settings_cipher

if TYPE_CHECKING:
    from logister_core.types import Configurator, Registry

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 3


class LiveSettings:
    """Puts new settings on the registry. What needs a restart keeps the value that the process started with."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._listeners: list[Callable[[Registry], None]] = []
        self._version: int | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self, listener: Callable[[Registry], None]) -> None:
        self._listeners.append(listener)

    def forget(self) -> None:
        """Look again next time, whatever was seen."""
        self._version = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="logister-settings", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=LOOK_SECONDS)

    def refresh(self) -> bool:
        """Whether something was taken up. A database that does not answer changes nothing."""
        registry = self._registry
        with self._lock:
            try:
                with read_transaction(registry.engine) as session:
                    version = session.scalar(select(Installation.settings_version))
                    if version == self._version:
                        return False
                    rows = saved_rows(session)
            except SQLAlchemyError as error:
                logger.info("settings.not_refreshed error=%s", type(error).__name__)
                return False
            current = registry.logister_settings
            saved = decrypted(rows, settings_cipher(current.secret_key)) if rows else {}
            self._version = version
            if saved == current.given.saved:
                return False
            registry.logister_settings = current.taking_over(current.with_saved(saved))
            for sentence in registry.logister_settings.left_out:
                logger.warning(sentence)
        for listener in self._listeners:
            listener(registry)
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.refresh()
            except Exception:
                # The settings of before still serve.
                logger.warning("settings.refresh_failed", exc_info=True)
            self._stopping.wait(LOOK_SECONDS)


def add_settings_listener(config: Configurator, listener: Callable[[Registry], None]) -> None:
    """Directive: call `listener(registry)` after `registry.logister_settings` became another one.

    For what is made from settings once and kept; whoever asks `request.settings` each time needs none.
    """
    config.registry.live_settings.listen(listener)

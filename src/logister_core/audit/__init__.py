"""Who did what that matters for security: a line for each such action, and the page that lists them.

Features declare their actions with `config.add_audit_actions({"account.password_changed": "Password changed"})` and
record them with `request.find_service(AuditLog).record("account.password_changed", subject=user)`.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.audit.actors import remove_old_entries
    from logister_core.audit.log import AuditLog
    from logister_core.audit.queries import AuditQuery
    from logister_core.security.resources import AdministrationRoot

    config.registry.audit_actions = {}
    config.add_directive("add_audit_actions", add_audit_actions)
    config.register_service_factory(AuditLog.from_request, AuditLog)
    config.register_service_factory(AuditQuery.from_request, AuditQuery)
    config.add_recurring_job("audit_cleanup", remove_old_entries, at=time(4, 40))
    config.add_route("audit.index", "/admin/audit", factory=AdministrationRoot)
    config.scan()


def add_audit_actions(config: Configurator, actions: Mapping[str, str]) -> None:
    """Let these actions, `subject.happening`, be recorded. Their words are what the page shows."""
    config.registry.audit_actions.update(actions)

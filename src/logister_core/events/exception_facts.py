"""What an exception says beside class, message and stack: its own data, and the variables of the place it left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from logister_core.error_groups.payload import CAUSE_KEYS, STACK_KEYS, exception_of
from logister_core.events.values import shown_value, without_aliases
from logister_core.ingest.normalization import normalize_key

Row = tuple[str, str | Markup]

MAX_FACTS = 40

# What is shown elsewhere: the head, the stack, the chain and the variables.
_SHOWN = frozenset(
    {
        *STACK_KEYS, *CAUSE_KEYS, *(f"{key}_omitted" for key in STACK_KEYS), "class", "type", "qualified_class", "name",
        "message", "context", "inner_exceptions", "errors", "threads", "locals", "local_variables",
        "instance_variables", "captured_variables", "variables", "module", "handled",
    }
)  # fmt: skip
_LABELS = {
    "data": "Data",
    "detail": "Detail",
    "error_code": "Error code",
    "extended_info": "Extended info",
    "extendedinfo": "Extended info",
    "errorcode": "Error code",
    "native_error_code": "Native error code",
    "sql_state": "SQL state",
    "notes": "Notes",
    "code": "Code",
    "errno": "Errno",
    "hresult": "HResult",
    "h_result": "HResult",
    "source": "Source",
    "target_site": "Target site",
    "help_link": "Help link",
}
_VARIABLES = {
    "Local variables": ("local_variables", "locals"),
    "Instance variables": ("instance_variables",),
    "Captured variables": ("captured_variables", "variables"),
}


def exception_facts(exception: Mapping[str, Any]) -> list[Row]:
    """Rows (label, value) in the order sent; blank values are left out."""
    rows = []
    for key, value in without_aliases(exception).items():
        name = normalize_key(key)
        if name in _SHOWN or value in (None, "", [], {}):
            continue
        rows.append((_LABELS.get(name, key[:200]), shown_value(value)))
    return rows[:MAX_FACTS]


def variables_of(context: Mapping[str, Any]) -> list[tuple[str, list[Row]]]:
    """(title, rows) of the variables that belong to no single frame."""
    exception = exception_of(context) or {}
    found = []
    for title, keys in _VARIABLES.items():
        holders = (holder.get(key) for holder in (exception, context) for key in keys)
        values = next((value for value in holders if value and isinstance(value, dict)), None)
        if values is not None:
            rows = [(name[:200], shown_value(value)) for name, value in without_aliases(values).items()]
            found.append((title, rows))
    return found

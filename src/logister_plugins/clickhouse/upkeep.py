"""Making the schema that of this release, for whoever asks for it: the page, the command, the step of a release."""

from __future__ import annotations

from logister_core.errors import Refused
from logister_plugins.clickhouse import Settings
from logister_plugins.clickhouse.schema_status import Repair, RepairIncomplete, repair
from logister_plugins.clickhouse.server import Servers, Unavailable, require_library

DONE = "The schema in ClickHouse is that of this release."


def mend(settings: Settings) -> Repair:
    """Nothing while ClickHouse is switched off. Raises `Refused` with the sentence that says what is in the way."""
    server = Servers().candidate(settings)
    try:
        if settings.enabled:
            require_library()
        return repair(server)
    except (ImportError, RepairIncomplete, Unavailable) as error:
        raise Refused({"": f"{str(error)[:1].upper()}{str(error)[1:]}."}) from error
    finally:
        server.close()

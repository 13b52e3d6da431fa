"""Intake of telemetry: from the body of a request to a committed row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.ingest.acceptor import Acceptor, GroupAcceptor, RequestAcceptor
from logister_core.ingest.credentials import Credentials
from logister_core.ingest.dictionaries import Dictionaries
from logister_core.ingest.endpoints import API_PATH, BATCH_PATH, CHECK_INS_PATH, EVENTS_PATH, INTAKE_PATHS
from logister_core.ingest.guards import Guards
from logister_core.ingest.ids import TelemetryIDs
from logister_core.ingest.intake import BatchLimits, Intake
from logister_core.ingest.known_deployments import KnownDeployments
from logister_core.ingest.origins import AllowedOrigins
from logister_core.ingest.rows import RowBuilder
from logister_core.ingest.stores import store_for
from logister_core.ingest.writer import Writer

if TYPE_CHECKING:
    from logister_core.types import Configurator, Registry, Request


def includeme(config: Configurator) -> None:
    from logister_core.ingest.views import add_write_endpoint

    registry = config.registry
    registry.intake = make_intake(registry)
    writer = Writer(store_for(registry.engine), registry.destinations)
    ids = TelemetryIDs(registry.engine)
    if registry.logister_settings.intake.acceptor == "group":
        acceptor = GroupAcceptor(
            engine=registry.engine, writer=writer, ids=ids, hint=registry.hints.hint, clock=registry.clock
        )
        config.register_service(acceptor, Acceptor)
    else:
        config.register_service_factory(lambda _, request: _per_request(writer, ids, request), Acceptor)
    config.add_request_method(lambda request: None, "reception", reify=True)
    config.add_directive("add_write_endpoint", add_write_endpoint)
    config.add_write_endpoint("ingest.events", EVENTS_PATH)
    config.add_write_endpoint("ingest.batch", BATCH_PATH)
    config.add_write_endpoint("ingest.check_ins", CHECK_INS_PATH)
    config.scan("logister_core.ingest")


def make_intake(registry: Registry) -> Intake:
    """What looks at a submission before it is accepted, remembering nobody yet."""
    settings = registry.logister_settings.intake
    dictionaries = Dictionaries(registry.engine, registry.clock)
    return Intake(
        engine=registry.engine,
        credentials=Credentials(registry.engine),
        guards=Guards(registry.rate_limiter, lambda: registry.logister_settings.intake),
        origins=AllowedOrigins(registry.engine),
        rows=RowBuilder(store_for(registry.engine), KnownDeployments(), dictionaries),
        batch_limits=BatchLimits(settings.batch_events, settings.batch_bytes),
    )


def wants_transaction(request: Request) -> bool:
    """pyramid_tm's activate hook: the group acceptor has transactions of its own, and intake needs no other."""
    return request.registry.logister_settings.intake.acceptor == "request" or not _is_for(request, INTAKE_PATHS)


def attempts(request: Request) -> int | None:
    """pyramid_retry's activate hook: what programs send is tried once.

    Keeping a body for a second time means reading it before anybody has looked at who sends it.
    """
    return 1 if _is_for(request, (API_PATH,)) else None


def _is_for(request: Request, paths: tuple[str, ...]) -> bool:
    # Raw, because decoding a path that is not UTF-8 raises, and that is for the router to answer.
    path: str = request.environ.get("PATH_INFO", "")
    return path.startswith(paths)


def _per_request(writer: Writer, ids: TelemetryIDs, request: Request) -> RequestAcceptor:
    return RequestAcceptor(
        writer=writer,
        ids=ids,
        session=lambda: request.db,
        manager=request.tm,
        hint=request.registry.hints.hint,
        clock=request.registry.clock,
    )

"""How accepted telemetry is written: one store per database, the same result."""

from __future__ import annotations

from sqlalchemy import Engine

from logister_core.ingest.stores.base import Store
from logister_core.ingest.stores.postgresql import PostgreSQLStore
from logister_core.ingest.stores.sqlite import SQLiteStore


def store_for(engine: Engine) -> Store:
    return PostgreSQLStore() if engine.dialect.name == "postgresql" else SQLiteStore()

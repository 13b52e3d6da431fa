"""Alembic's entry. The address comes from our settings, so `alembic upgrade head` and `logister release` agree."""

from __future__ import annotations

from alembic import context

from logister_core.db.migrate import configured_engine, run_migrations

connection = context.config.attributes.get("connection")

if connection is not None:
    run_migrations(connection)
else:
    engine = configured_engine(context.config)
    with engine.connect() as own_connection:
        run_migrations(own_connection)
    engine.dispose()

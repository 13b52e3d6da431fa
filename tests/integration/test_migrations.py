"""The schema history: the same on both databases, equal to the models, and reversible."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from logister_core.db.engine import make_engine
from logister_core.db.metadata import metadata
from logister_core.db.migrate import alembic_config, downgrade, include_object, upgrade
from logister_core.db.partitions import ensure_partitions
from logister_core.db.revisions import current_revision, head_revision


@pytest.fixture
def engine(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    if database_kind == "postgresql":
        url = request.getfixturevalue("postgres_server")()
    else:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_an_empty_database_comes_to_the_head_and_stays_there(engine: Engine) -> None:
    assert upgrade(engine) is True
    assert upgrade(engine) is False
    with engine.connect() as connection:
        assert current_revision(connection) == MigrationContext.configure(connection).get_current_revision()
        assert current_revision(connection) == head_revision()
    # Without asking Alembic, we know the same.
    assert head_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_a_database_without_a_schema_has_no_revision(engine: Engine) -> None:
    with engine.connect() as connection:
        assert current_revision(connection) is None


def test_migrations_and_models_describe_the_same_schema(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": include_object, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_every_step_leads_down_and_up_again(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert upgrade(engine) is True
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM installations")) == 1


def test_a_step_down_keeps_what_the_older_schema_knows_and_nothing_else(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        insert_project(connection)
    assert accepts_intents_of(engine, "release_summary")
    assert not accepts_intents_of(engine, "nonsense")
    with engine.begin() as connection:
        insert_intent(connection, "release_summary")
        insert_intent(connection, "regression")
    downgrade(engine, "20261122_first_schema")
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT kind FROM notification_intents")).all() == ["regression"]
    assert not accepts_intents_of(engine, "release_summary")
    assert accepts_intents_of(engine, "monitor_missed")


def test_no_step_down_makes_stored_bodies_unreadable(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO telemetry_dictionaries VALUES (1, 1, :content, :now)"),
            {"content": b"text", "now": datetime.now(UTC).isoformat()},
        )
    with pytest.raises(RuntimeError, match="unreadable"):
        downgrade(engine, "20261124_write_api")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM telemetry_dictionaries")) == 1


def accepts_intents_of(engine: Engine, kind: str) -> bool:
    with engine.connect() as connection:
        try:
            insert_intent(connection, kind)
        except IntegrityError:
            return False
        finally:
            connection.rollback()
    return True


def insert_intent(connection: Connection, kind: str) -> None:
    connection.execute(
        text(
            "INSERT INTO notification_intents (kind, dedup_key, project_id, details, created_at) "
            "VALUES (:kind, :kind, 1, '{}', '2026-11-20 12:00:00')"
        ),
        {"kind": kind},
    )


def insert_project(connection: Connection) -> None:
    """With id 1, and its owner."""
    connection.execute(
        text(
            "INSERT INTO users (id, uuid, email, name, password_hash, application_admin, created_at, updated_at) "
            "VALUES (1, '00000000000000000000000000000001', 'ana@example.com', 'Ana', '-', FALSE, :now, :now)"
        ),
        {"now": "2026-11-20 12:00:00"},
    )
    connection.execute(
        text(
            "INSERT INTO projects (id, uuid, owner_id, name, slug, description, integration_kind, grouping_strategy, "
            "created_at, updated_at) "
            "VALUES (1, '00000000000000000000000000000001', 1, 'Shop', 'shop', '', 'python', 'stack', :now, :now)"
        ),
        {"now": "2026-11-20 12:00:00"},
    )


def test_rows_of_a_coming_month_move_from_the_default_partition_to_their_own(postgres_server) -> None:
    engine = make_engine(postgres_server())
    upgrade(engine)
    insert = text(
        "INSERT INTO trace_spans (id, started_at, ended_at, received_at, batch_id, project_id, api_key_id, uuid, "
        "trace_id, span_id, name, kind, duration_ms, environment, body) VALUES (1, '2031-05-06', '2031-05-06', "
        "'2031-05-06', 1, 1, 1, gen_random_uuid(), 't', 's', 'n', 'internal', 0, 'production', '')"
    )
    with engine.begin() as connection:
        connection.execute(insert)
        assert connection.scalar(text("SELECT count(*) FROM trace_spans_default")) == 1
        created = ensure_partitions(connection, now=datetime(2031, 4, 30, tzinfo=UTC), months_ahead=1)
        assert created == [
            "ingest_events_203104",
            "trace_spans_203104",
            "ingest_events_203105",
            "trace_spans_203105",
        ]
        assert connection.scalar(text("SELECT count(*) FROM trace_spans_default")) == 0
        assert connection.scalar(text("SELECT count(*) FROM trace_spans_203105")) == 1
        assert connection.scalar(text("SELECT count(*) FROM trace_spans")) == 1
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": include_object})
        assert compare_metadata(context, metadata) == []
    engine.dispose()

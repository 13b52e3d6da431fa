"""Count what was received before there were counters

Revises: 20261125_receipts_and_releases
"""

from __future__ import annotations

from alembic import op

revision = "20261125_received_before"
down_revision = "20261125_receipts_and_releases"
branch_labels = None
depends_on = None

# Rows of batches that wait for the projector are counted by it.
_COUNTED = """
    NOT EXISTS (
        SELECT 1 FROM telemetry_deliveries AS delivery
        WHERE delivery.batch_id = telemetry.batch_id
          AND delivery.destination = 'projector' AND delivery.status <> 'completed'
    ) AND EXISTS (SELECT 1 FROM projects WHERE projects.id = telemetry.project_id)
"""

_DAYS = """
    INSERT INTO project_days (project_id, day, errors, activity, spans, last_received_at)
    SELECT project_id, day, sum(errors), sum(activity), sum(spans), max(received_at)
    FROM (
        SELECT project_id, {day} AS day, received_at,
               CASE WHEN event_type = 'error' THEN 1 ELSE 0 END AS errors,
               CASE WHEN event_type = 'error' THEN 0 ELSE 1 END AS activity,
               0 AS spans
        FROM ingest_events AS telemetry WHERE {counted}
        UNION ALL
        SELECT project_id, {day}, received_at, 0, 0, 1 FROM trace_spans AS telemetry WHERE {counted}
    ) AS received
    GROUP BY project_id, day
"""

_RELEASES = """
    INSERT INTO project_releases (project_id, release, first_seen_at, last_seen_at, events, errors)
    SELECT project_id, substr(release, 1, 255), min(occurred_at), max(occurred_at), count(*),
           sum(CASE WHEN event_type = 'error' THEN 1 ELSE 0 END)
    FROM ingest_events AS telemetry
    WHERE release IS NOT NULL AND release <> '' AND {counted}
    GROUP BY project_id, substr(release, 1, 255)
"""


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    day = "CAST(received_at AT TIME ZONE 'UTC' AS date)" if on_postgresql else "date(received_at)"
    op.execute(_DAYS.format(day=day, counted=_COUNTED))
    op.execute(_RELEASES.format(counted=_COUNTED))


def downgrade() -> None:
    """The tables go with the step below."""

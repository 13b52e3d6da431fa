"""The latest runs of a monitor, at the monitor

Revises: 20261125_received_before
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_monitor_runs"
down_revision = "20261125_received_before"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "check_in_monitors", sa.Column("recent_runs", sa.Text(), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    op.drop_column("check_in_monitors", "recent_runs")

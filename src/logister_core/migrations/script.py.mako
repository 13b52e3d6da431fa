"""${message}

Revises: ${down_revision | comma,n}

The same script runs on SQLite and PostgreSQL; name every constraint; import no models. The previous release must
keep working on the new schema: add, backfill, switch, remove. Schema and data go into separate revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

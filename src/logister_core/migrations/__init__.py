"""The schema history (Alembic)."""

"""How Alembic reaches the database."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from assay.db import models
from assay.db.base import Base

MIGRATION_LOCK = 4_170_233_901
assert models  # noqa: S101  # importing the records fills the metadata

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        # CREATE EXTENSION IF NOT EXISTS and Alembic's own table race between two starting processes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        context.run_migrations()
engine.dispose()

"""Alembic's entry: runs on the connection that store/schema.py (or a developer's `alembic`) hands over."""

import os

from alembic import context

from store.database import open_database
from store.models import Table
from store.schema import migrating


def run(connection: object) -> None:
    """Migrate on this connection, in its transaction."""
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Table.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    with migrating(open_database(os.environ["AFTERWORD_DATABASE_URL"])) as opened:
        run(opened)

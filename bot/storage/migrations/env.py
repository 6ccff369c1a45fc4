"""Alembic's way in. Only ever run by `bot.storage.engine.migrate`, inside the caller's transaction."""

from alembic import context

from bot.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()

"""Where Alembic finds tables and database: the service's own connection, or `DATABASE_URL` on the command line."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from app.adapters.database.engine import create_engine, database_url
from app.adapters.database.tables import Row


def migrate(connection: Connection) -> None:
    # SQLite changes a table by making it anew (batch); its DDL is transactional, which Alembic does not assume.
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_from_command_line() -> None:
    engine = create_engine(database_url(os.environ["DATABASE_URL"]))
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


connection = context.config.attributes.get("connection")
if connection is None:
    asyncio.run(migrate_from_command_line())
else:
    migrate(connection)

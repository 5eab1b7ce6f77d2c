"""Migrations over the application's own engine and URL, through the pooler: DDL in one transaction."""
import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shop.database import Base, engine

ONE_AT_A_TIME = 7_365_672  # any number that only this application's migrations lock


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        # two pods that start together; a lock of the transaction, since a pooler has no sessions to lock for
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()


async def main() -> None:
    own = create_async_engine(engine.url, poolclass=NullPool)
    async with own.connect() as connection:
        await connection.run_sync(migrate)
    await own.dispose()


asyncio.run(main())

"""Alembic's own template for an async engine, and nothing added for a pooler."""

import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from models import metadata


def run(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())

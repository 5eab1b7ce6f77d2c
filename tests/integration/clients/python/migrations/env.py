"""Alembic's own template for an async engine, and nothing added for a pooler. Each copy has its own version table."""

import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from alembic_client import metadata

COPY = os.environ["CLIENT_COPY"]


def own(name, kind, parents):
    return kind != "table" or name.endswith(f"_{COPY}")


def run(connection):
    context.configure(connection=connection, target_metadata=metadata, include_name=own,
                      version_table=f"version_{COPY}")
    with context.begin_transaction():
        context.run_migrations()


async def main():
    where = f"{os.environ['PGUSER']}@{os.environ['PGHOST']}:{os.environ['PGPORT']}/{os.environ['PGDATABASE']}"
    engine = create_async_engine(f"postgresql+asyncpg://{where}")
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())

"""sqlalchemy_client.py asyncpg|psycopg [integers] [ping]: the async engine of SQLAlchemy 1.4, 2.0 and 2.1."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import os
import sys
import uuid

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base
from sqlalchemy.schema import CreateTable

from checks import COPY, Checks, begin_together, common

DRIVER = sys.argv[1]
checks = Checks(f"SQLAlchemy and {DRIVER}", sa.__version__)
Base = declarative_base()


class Item(Base):
    __tablename__ = f"item_{COPY}"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50), unique=True)
    price = sa.Column(sa.Numeric(10, 2))
    born = sa.Column(sa.Date)
    seen = sa.Column(sa.DateTime(timezone=True))
    key = sa.Column(pg.UUID(as_uuid=True))
    details = sa.Column(pg.JSONB)
    tags = sa.Column(pg.ARRAY(sa.String))
    data = sa.Column(sa.LargeBinary)
    big = sa.Column(sa.BigInteger)
    on = sa.Column(sa.Boolean)


class Client:
    """A statement is a transaction of its own, unless it is inside one."""

    def __init__(self, engine, connection=None):
        self.engine, self.connection = engine, connection

    def placeholder(self, n: int) -> str:
        return f":p{n}"

    async def _run(self, connection, sql: str, arguments):
        return await connection.execute(sa.text(sql), {f"p{n}": value for n, value in enumerate(arguments)})

    async def value(self, sql: str, *arguments):
        if self.connection:
            return (await self._run(self.connection, sql, arguments)).scalar()
        async with self.engine.connect() as connection:
            return (await self._run(connection, sql, arguments)).scalar()

    async def execute(self, sql: str, *arguments) -> None:
        await self._run(self.connection, sql, arguments)

    @contextlib.asynccontextmanager
    async def transaction(self):
        async with self.engine.begin() as connection:
            yield Client(self.engine, connection)


def values(n: int) -> dict:
    return dict(name=f"item {n}", price=decimal.Decimal(n) / 4, born=datetime.date(2000, 1, 1 + n), big=n << 40,
                seen=datetime.datetime(2024, 1, 1 + n, tzinfo=datetime.timezone.utc), key=uuid.UUID(int=n),
                details={"n": [n]}, tags=[str(n), "é"], data=bytes([n, 0]), on=bool(n % 2))


async def types(engine) -> None:
    """Create, read, update and delete through the ORM."""
    async with AsyncSession(engine) as session:
        session.add_all(Item(**values(n)) for n in range(10))
        await session.commit()
    for n in range(10):
        async with AsyncSession(engine) as session:
            item = (await session.execute(sa.select(Item).where(Item.name == f"item {n}"))).scalar_one()
            for column, value in values(n).items():
                checks.equal("types", column, getattr(item, column), value)
            item.name = f"renamed {n}"
            await session.commit()
            await session.refresh(item)
            checks.equal("types", "update", item.name, f"renamed {n}")
            await session.delete(item)
            await session.commit()
    with checks.expect("types", "unique", "23505"):
        async with AsyncSession(engine) as session:
            session.add_all([Item(name="same"), Item(name="same")])
            await session.commit()


async def batch(engine) -> None:
    items = Item.__table__
    for turn in range(3):
        async with engine.begin() as connection:
            rows = [values(n % 20) | {"name": f"batch {turn} {n}"} for n in range(150)]
            await connection.execute(sa.insert(items), rows)
            count = sa.select(sa.func.count()).select_from(items).where(items.c.name.like(f"batch {turn} %"))
            checks.equal("batch", "rows", (await connection.execute(count)).scalar(), 150)


async def cursor(engine) -> None:
    for turn in range(3):
        async with engine.connect() as connection:
            found = await connection.stream(sa.text("SELECT generate_series(1, CAST(:n AS int4))"), dict(n=230 + turn))
            checks.equal("cursor", "stream", [row[0] async for row in found], list(range(1, 231 + turn)))


async def ddl(engine) -> None:
    """asyncpg's dialect raises 0A000 once and empties its caches; psycopg has not yet prepared anything."""
    query = f"SELECT * FROM changed_{COPY}"
    async with engine.connect() as connection:
        for turn in range(2):
            checks.equal("ddl", "before", tuple((await connection.execute(sa.text(query))).one()), (1,))
        await connection.rollback()
        async with engine.begin() as other:
            await other.execute(sa.text(f"ALTER TABLE changed_{COPY} ADD b text DEFAULT 'new'"))
        if DRIVER == "asyncpg":
            with checks.expect("ddl", "column added", "0A000"):
                await connection.execute(sa.text(query))
            await connection.rollback()
        checks.equal("ddl", "healed", tuple((await connection.execute(sa.text(query))).one()), (1, "new"))


async def introspection(engine) -> None:
    def look(connection):
        inspector = sa.inspect(connection)
        return (sorted(column["name"] for column in inspector.get_columns(Item.__tablename__)),
                inspector.get_pk_constraint(Item.__tablename__)["constrained_columns"],
                [found["column_names"] for found in inspector.get_unique_constraints(Item.__tablename__)])

    for turn in range(2):
        async with engine.connect() as connection:
            columns, key, unique = await connection.run_sync(look)
        checks.equal("introspection", "columns", columns, sorted(values(0) | {"id": 0}))
        checks.equal("introspection", "constraints", (key, unique), (["id"], [["name"]]))


async def reset(engine) -> None:
    for turn in range(5):
        found = await asyncio.gather(*(Client(engine).value("SELECT CAST(:p0 AS int4) + 1", n) for n in range(5)))
        checks.equal("reset", "five at once", found, [1, 2, 3, 4, 5])


async def create() -> None:
    """Without the engine, whose first connection is to be among what is checked."""
    connection = await asyncpg.connect()
    await connection.execute(str(CreateTable(Item.__table__).compile(dialect=pg.dialect())))
    await connection.execute(f"CREATE TABLE common_{COPY} (id int4); CREATE TABLE changed_{COPY} AS SELECT 1 AS a")
    await connection.close()


async def main() -> None:
    where = f"{os.environ['PGUSER']}@{os.environ['PGHOST']}:{os.environ['PGPORT']}/{os.environ['PGDATABASE']}"
    engine = create_async_engine(f"postgresql+{DRIVER}://{where}", pool_pre_ping="ping" in sys.argv)
    await create()
    begin_together()
    await common(checks, Client(engine), "integers" in sys.argv)
    for group in (types, batch, cursor, ddl, introspection, reset):
        with checks.guard(group.__name__, "group"):
            await group(engine)
    await engine.dispose()
    checks.report()


asyncio.run(main())

"""asyncpg_client.py [integers] [no-cache]"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import sys
import uuid

import asyncpg

from checks import COPY, Checks, begin_together, common

checks = Checks("asyncpg", asyncpg.__version__)
UTC = datetime.timezone.utc
TYPES = dict(a=("int2", -7), b=("int4", 70000), c=("int8", 1 << 40), d=("numeric", decimal.Decimal("12.50")),
             e=("text", "grün"), f=("bytea", b"\0\xff"), g=("bool", True), h=("date", datetime.date(2024, 2, 29)),
             i=("timestamptz", datetime.datetime(2024, 1, 2, 3, 4, 5, 6, UTC)), j=("uuid", uuid.UUID(int=5)),
             k=("jsonb", '{"a": [1]}'), l=("int4[]", [1, None, 3]), m=("text[]", ["x", "y,z"]), n=("text", None))


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.value = connection.fetchval
        self.execute = connection.execute

    def placeholder(self, n: int) -> str:
        return f"${n + 1}"

    @contextlib.asynccontextmanager
    async def transaction(self):
        async with self.connection.transaction():
            yield self


async def types(connection, pool) -> None:
    names, kept = ", ".join(TYPES), f"types_{COPY}"
    values = [value for _, value in TYPES.values()]
    places = ", ".join(f"${n}" for n in range(1, len(TYPES) + 1))
    for turn in range(3):
        await connection.execute(f"INSERT INTO {kept} (turn, {names}) VALUES ({turn}, {places})", *values)
        row = await connection.fetchrow(f"SELECT {names} FROM {kept} WHERE turn = $1", turn)
        for name, (kind, value) in TYPES.items():
            checks.equal("types", kind, row[name], value)
        await connection.execute(f"UPDATE {kept} SET e = $2 WHERE turn = $1", turn, COPY)
        checks.equal("types", "update", await connection.fetchval(f"SELECT e FROM {kept} WHERE turn = $1", turn), COPY)
        done = await connection.execute(f"DELETE FROM {kept} WHERE turn = $1", turn)
        checks.equal("types", "delete", done, "DELETE 1")


async def introspection(connection, pool) -> None:
    for turn in range(3):
        found = await connection.fetchval(f"SELECT ROW($1::int4, 'x')::pair_{COPY}", turn)
        checks.equal("introspection", "composite", tuple(found), (turn, "x"))
        checks.equal("introspection", "enum", await connection.fetchval(f"SELECT $1::mood_{COPY}", "happy"), "happy")
        checks.equal("introspection", "array of enum",
                     await connection.fetchval(f"SELECT $1::mood_{COPY}[]", ["sad", "happy"]), ["sad", "happy"])


async def batch(connection, pool) -> None:
    for turn in range(3):
        await connection.executemany(f"INSERT INTO batch_{COPY} VALUES ($1, $2)", [(turn, str(n)) for n in range(300)])
        checks.equal("batch", "rows", await connection.fetchval(
            f"SELECT count(DISTINCT b) FROM batch_{COPY} WHERE a = $1", turn), 300)


async def cursor(connection, pool) -> None:
    for turn in range(3):
        async with connection.transaction():
            found = [row[0] async for row in connection.cursor("SELECT generate_series(1, $1::int4)", 120 + turn)]
            checks.equal("cursor", "iterated", found, list(range(1, 121 + turn)))
            opened = await connection.cursor("SELECT generate_series($1::int4, 50)", turn)
            await opened.forward(5)
            checks.equal("cursor", "after a move", (await opened.fetchrow())[0], turn + 5)


async def copy(connection, pool) -> None:
    rows = [(n, f"row {n}") for n in range(500)]
    for turn in range(3):
        await connection.copy_records_to_table(f"copied_{COPY}", records=rows)
        count = f"SELECT count(*) FROM copied_{COPY} WHERE a >= $1"
        checks.equal("copy", "in", await connection.fetchval(count, 0), 500)
        out = bytearray()

        async def collect(data: bytes) -> None:
            out.extend(data)

        await connection.copy_from_query(f"SELECT * FROM copied_{COPY} WHERE a < $1 ORDER BY a", 3, output=collect)
        checks.equal("copy", "out", bytes(out), b"0\trow 0\n1\trow 1\n2\trow 2\n")
        await connection.execute(f"TRUNCATE copied_{COPY}")


async def ddl(connection, pool) -> None:
    """asyncpg heals 0A000 by itself outside a transaction."""
    query = f"SELECT * FROM changed_{COPY} WHERE a = $1"
    checks.equal("ddl", "before", tuple(await connection.fetchrow(query, 1)), (1,))
    async with pool.acquire() as other:
        await other.execute(f"ALTER TABLE changed_{COPY} ADD b text DEFAULT 'new'")
    checks.equal("ddl", "column added", tuple(await connection.fetchrow(query, 1)), (1, "new"))
    async with pool.acquire() as other:
        await other.execute(f"ALTER TABLE changed_{COPY} ALTER a TYPE int8")
    checks.equal("ddl", "type changed", tuple(await connection.fetchrow(query, 1)), (1, "new"))


async def reset(connection, pool) -> None:
    for turn in range(6):
        async with pool.acquire() as lent:
            checks.equal("reset", "lent again", await lent.fetchval("SELECT $1::int4 + 1", turn), turn + 1)


async def cancel(connection, pool) -> None:
    for turn in range(2):
        with checks.expect("cancel", "statement ended", "57014"):
            try:
                await connection.fetchval("SELECT pg_sleep($1)", 30, timeout=0.3)
            except asyncio.TimeoutError:
                raise asyncpg.QueryCanceledError("as asyncpg shows it") from None
        checks.equal("cancel", "usable", await connection.fetchval("SELECT $1::int4", turn), turn)


async def create(connection) -> None:
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in TYPES.items())
    await connection.execute(f"""
        CREATE TABLE common_{COPY} (id int4); CREATE TABLE types_{COPY} (turn int4, {columns});
        CREATE TYPE pair_{COPY} AS (x int4, y text); CREATE TYPE mood_{COPY} AS ENUM ('sad', 'happy');
        CREATE TABLE batch_{COPY} (a int4, b text); CREATE TABLE copied_{COPY} (a int4, b text);
        CREATE TABLE changed_{COPY} (a int4); INSERT INTO changed_{COPY} VALUES (1)""")


async def main() -> None:
    options = {"statement_cache_size": 0} if "no-cache" in sys.argv else {}
    pool = await asyncpg.create_pool(min_size=2, max_size=4, **options)
    async with pool.acquire() as connection:
        await create(connection)
        begin_together()
        await common(checks, Client(connection), "integers" in sys.argv)
        for group in (types, introspection, batch, cursor, copy, ddl, reset, cancel):
            with checks.guard(group.__name__, "group"):
                await group(connection, pool)
    await pool.close()
    checks.report()


asyncio.run(main())

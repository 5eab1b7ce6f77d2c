"""asyncpg with its defaults, one feature after another: asyncpg_features.py DSN COPY SCHEMA"""

import asyncio
import io
import json
import sys

import asyncpg

from tally import Tally

DSN, COPY, SCHEMA = sys.argv[1], int(sys.argv[2]), sys.argv[3]
TABLE = f"{SCHEMA}.t{COPY}"
OWN = COPY * 1000
SECONDS = 30
tally = Tally()


async def prepare(c):
    add = await c.prepare(f"select $1::int + {OWN}")
    join = await c.prepare(f"select $1::text || '-{OWN}' as joined, {OWN} as own")
    for i in range(4):
        tally.equal("prepare", await add.fetchval(i), OWN + i)
        tally.equal("prepare, second statement", tuple(await join.fetchrow(f"a{i}")), (f"a{i}-{OWN}", OWN))
    tally.equal("parameters", [p.name for p in join.get_parameters()], ["text"])
    tally.equal("attributes", [a.name for a in join.get_attributes()], ["joined", "own"])
    tally.equal(
        "rows and tag", ([r[0] for r in await add.fetch(5)], add.get_statusmsg()), ([OWN + 5], "SELECT 1")
    )
    plan = await add.explain(1)
    tally.equal("explain", plan[0]["Plan"]["Node Type"], "Result")
    async with c.transaction():
        tally.equal("prepared outside, used inside", await add.fetchval(7), OWN + 7)


async def cached_statements(c):
    for _ in range(3):
        for i in range(10):
            tally.equal("common text", await c.fetchval(f"select $1::int + {i}", OWN), OWN + i)
            tally.equal("own int", await c.fetchval(f"select $1::int + {OWN + i}", 1), OWN + i + 1)
            tally.equal(
                "own text",
                [r["x"] for r in await c.fetch(f"select $1::text || '{OWN + i}' as x", "v")],
                [f"v{OWN + i}"],
            )
            tally.equal(
                "no parameter", tuple(await c.fetchrow(f"select {OWN + i}, 'w{i}'")), (OWN + i, f"w{i}")
            )


async def executemany(c):
    rows = [(OWN + i, f"name {i}", "x" * 50) for i in range(1000)]
    await c.executemany(f"insert into {TABLE}(id, name, filling) values ($1, $2, $3)", rows)
    tally.equal(
        "executemany",
        tuple(await c.fetchrow(f"select count(*), sum(id) from {TABLE}")),
        (1000, sum(r[0] for r in rows)),
    )
    with tally.raises("executemany fails as a whole", asyncpg.UniqueViolationError):
        await c.executemany(
            f"insert into {TABLE}(id, name) values ($1, $2)", [(1, "a"), (2, "b"), (1, "again")]
        )
    with tally.raises("a client-side error half-way", asyncpg.DataError):
        await c.executemany(
            f"insert into {TABLE}(id, name) values ($1, $2)", [(3, "a")] * 500 + [("three", "b")]
        )
    tally.equal("nothing of both", await c.fetchval(f"select count(*) from {TABLE} where id < 10"), 0)


async def cursors(c):
    sql = f"select i + {OWN} from generate_series(1, $1::int) i"
    async with c.transaction():
        got = [r[0] async for r in c.cursor(sql, 40, prefetch=7)]
        tally.equal("iteration", got, list(range(OWN + 1, OWN + 41)))
        cursor = await c.cursor(sql, 40)
        other = await (await c.prepare(sql)).cursor(3)
        tally.equal("fetch", [r[0] for r in await cursor.fetch(5)], list(range(OWN + 1, OWN + 6)))
        tally.equal("forward", await cursor.forward(10), 10)
        tally.equal("fetchrow", (await cursor.fetchrow())[0], OWN + 16)
        tally.equal("another cursor", [r[0] for r in await other.fetch(9)], [OWN + 1, OWN + 2, OWN + 3])
        tally.equal("a query between", await c.fetchval(f"select {OWN}"), OWN)
        tally.equal("the rest", len(await cursor.fetch(100)), 24)


async def copy(c):
    records = [(OWN + i, f"n{i}", None) for i in range(500)]
    await c.copy_records_to_table(
        f"t{COPY}", schema_name=SCHEMA, records=records, columns=["id", "name", "filling"]
    )
    csv = io.BytesIO("".join(f"{OWN + i},c{i}\n" for i in range(500, 600)).encode())
    tally.equal(
        "copy_to_table",
        await c.copy_to_table(
            f"t{COPY}", schema_name=SCHEMA, source=csv, columns=["id", "name"], format="csv"
        ),
        "COPY 100",
    )
    out = io.BytesIO()
    tally.equal(
        "copy_from_query",
        await c.copy_from_query(f"select id from {TABLE} where id >= $1 order by id", OWN + 590, output=out),
        "COPY 10",
    )
    tally.equal("its rows", out.getvalue().decode().split(), [str(OWN + i) for i in range(590, 600)])
    out = io.BytesIO()
    tally.equal(
        "copy_from_table", await c.copy_from_table(f"t{COPY}", schema_name=SCHEMA, output=out), "COPY 600"
    )
    with tally.raises("a bad row", asyncpg.BadCopyFileFormatError, asyncpg.InvalidTextRepresentationError):
        await c.copy_to_table(
            f"t{COPY}", schema_name=SCHEMA, source=io.BytesIO(b"1\tgood\n2x\tbad\n"), columns=["id", "name"]
        )
    with tally.raises("no such table", asyncpg.UndefinedTableError):
        await c.copy_to_table("nowhere", schema_name=SCHEMA, source=io.BytesIO(b"1\n"))
    tally.equal("rows", await c.fetchval(f"select count(*) from {TABLE}"), 600)


async def transactions(c):
    insert = f"insert into {TABLE}(id, name) values ($1, $2)"
    async with c.transaction(isolation="serializable"):
        await c.execute(insert, 1, "kept")
        with tally.raises("savepoint", ZeroDivisionError):
            async with c.transaction():
                await c.execute(insert, 2, "undone")
                raise ZeroDivisionError
        async with c.transaction():
            await c.execute(insert, 3, "kept")
        with tally.raises("error behind a savepoint", asyncpg.UniqueViolationError):
            async with c.transaction():
                await c.execute(insert, 1, "again")
        tally.equal("inside", await c.fetchval(f"select count(*) from {TABLE}"), 2)
    tally.equal(
        "after commit", [r["id"] for r in await c.fetch(f"select id from {TABLE} order by id")], [1, 3]
    )
    with tally.raises("rollback", ZeroDivisionError):
        async with c.transaction():
            await c.execute(insert, 4, "undone")
            raise ZeroDivisionError
    with tally.raises("read only", asyncpg.ReadOnlySQLTransactionError):
        async with c.transaction(readonly=True):
            await c.execute(insert, 5, "undone")
    tally.equal("after rollback", await c.fetchval(f"select count(*) from {TABLE}"), 2)


async def types(c):
    tally.equal("enum", await c.fetchval(f"select $1::{SCHEMA}.mood", "happy"), "happy")
    tally.equal(
        "composite",
        tuple(await c.fetchval(f"select row($1, 'y{OWN}')::{SCHEMA}.pair", OWN)),
        (OWN, f"y{OWN}"),
    )
    pairs = await c.fetchval(f"select array[row({OWN}, 'a')::{SCHEMA}.pair, row(2, $1)::{SCHEMA}.pair]", "b")
    tally.equal("array of composite", [tuple(p) for p in pairs], [(OWN, "a"), (2, "b")])
    tally.equal(
        "array of enum", await c.fetchval(f"select $1::{SCHEMA}.mood[]", ["sad", "happy"]), ["sad", "happy"]
    )
    tally.equal("domain", await c.fetchval(f"select $1::{SCHEMA}.positive + {OWN}", 2), OWN + 2)
    tally.equal(
        "range", await c.fetchval(f"select $1::{SCHEMA}.span", asyncpg.Range(1, OWN)), asyncpg.Range(1, OWN)
    )


async def codecs(c):
    await c.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    value = {"own": OWN, "list": [1, None, "x"]}
    for _ in range(2):
        tally.equal(
            "jsonb codec",
            await c.fetchval(f"select $1::jsonb || '{{\"n\": {OWN}}}'", value),
            value | {"n": OWN},
        )
    await c.set_builtin_type_codec("hstore", schema="public", codec_name="pg_contrib.hstore")
    tally.equal(
        "hstore codec",
        await c.fetchval(f"select $1::public.hstore || 'own=>{OWN}'", {"a": "b", "c": None}),
        {"a": "b", "c": None, "own": str(OWN)},
    )
    if not asyncpg.__version__.startswith("0.27"):  # 0.27 knows codecs for scalar types only
        await c.set_type_codec(
            "pair", schema=SCHEMA, encoder=lambda p: (p["x"], p["y"]), decoder=tuple, format="tuple"
        )
        tally.equal(
            "composite codec", await c.fetchval(f"select $1::{SCHEMA}.pair", dict(x=OWN, y="z")), (OWN, "z")
        )
    await c.reset_type_codec("jsonb", schema="pg_catalog")
    tally.equal("codec reset", json.loads(await c.fetchval("select $1::jsonb", json.dumps(value))), value)


async def cache_invalidation(c):
    select, other = f"select * from {TABLE}", await asyncpg.connect(DSN)
    await c.execute(f"insert into {TABLE}(id, name) values (1, 'one')")
    for connection in (c, other, c):
        tally.equal("before DDL", tuple(await connection.fetchrow(select)), (1, "one", None))
    await c.execute(f"alter table {TABLE} add column price numeric not null default {OWN}")
    for connection in (c, other, other):
        tally.equal("after ADD COLUMN", tuple(await connection.fetchrow(select)), (1, "one", None, OWN))
    await other.execute(f"alter table {TABLE} alter column price type text")
    for connection in (c, other):
        tally.equal("after ALTER TYPE", tuple(await connection.fetchrow(select)), (1, "one", None, str(OWN)))
    await c.execute(f"alter table {TABLE} drop column price")
    with tally.raises("in a transaction it is raised", asyncpg.InvalidCachedStatementError):
        async with other.transaction():
            await other.fetchrow(select)
    tally.equal("and healed", tuple(await other.fetchrow(select)), (1, "one", None))
    await other.close()


async def eviction(_):
    for size in (3, 0):
        c = await asyncpg.connect(DSN, statement_cache_size=size)
        kept = await c.prepare(f"select {OWN}, $1::text")
        for _ in range(3):
            for i in range(8):
                tally.equal(
                    f"cache of {size}", await c.fetchval(f"select $1::int * {OWN + i}", 2), 2 * (OWN + i)
                )
            tally.equal("prepared beside it", tuple(await kept.fetchrow("k")), (OWN, "k"))
        await c.close()


async def reset(_):
    async with asyncpg.create_pool(DSN, min_size=2, max_size=3) as pool:

        async def one(i):
            async with pool.acquire() as c:
                tally.equal("pooled", await c.fetchval(f"select {OWN} + $1::int", i), OWN + i)
                async with c.transaction():
                    tally.equal(
                        "pooled, in a transaction",
                        await c.fetchval(f"select '{OWN}' || $1::text", str(i)),
                        f"{OWN}{i}",
                    )

        await asyncio.gather(*(one(i) for i in range(30)))


async def recovery(c):
    for _ in range(3):
        with tally.raises("division by zero", asyncpg.DivisionByZeroError):
            await c.fetchval(f"select {OWN} / $1::int", 0)
        tally.equal("the same statement", await c.fetchval(f"select {OWN} / $1::int", 1), OWN)
        with tally.raises("syntax", asyncpg.PostgresSyntaxError):
            await c.fetchval(f"selec {OWN}")
        with tally.raises("no such table", asyncpg.UndefinedTableError):
            await c.fetchval(f"select * from {SCHEMA}.nowhere where id = $1", OWN)
        with tally.raises("wrong argument", asyncpg.DataError):
            await c.fetchval(f"select {OWN} + $1::int", "text")
        tally.equal("good again", await c.fetchval(f"select {OWN} + $1::int", 1), OWN + 1)


async def unique_violation(c):
    await c.execute(f"insert into {TABLE}(id, name) values ($1, $2)", 1, "first")
    with tally.raises("unique violation", asyncpg.UniqueViolationError):
        async with c.transaction():
            await c.execute(f"insert into {TABLE}(id, name) values ($1, $2)", 2, "undone")
            await c.execute(f"insert into {TABLE}(id, name) values ($1, $2)", 1, "second")
    transaction = c.transaction()
    await transaction.start()
    with tally.raises("unique violation again", asyncpg.UniqueViolationError):
        await c.execute(f"insert into {TABLE}(id, name) values ($1, $2)", 1, "second")
    with tally.raises("aborted", asyncpg.InFailedSQLTransactionError):
        await c.fetchval(f"select {OWN}")
    await transaction.rollback()
    tally.equal("rows", await c.fetchval(f"select count(*) from {TABLE}"), 1)


async def large_values(c):
    text, blob = "é" * 500_000, bytes(range(256)) * 4096
    for _ in range(2):
        row = await c.fetchrow(f"select $1::text, $2::bytea, {OWN}", text, blob)
        tally.equal("large values", tuple(row), (text, blob, OWN))


FEATURES = (
    prepare,
    cached_statements,
    executemany,
    cursors,
    copy,
    transactions,
    types,
    codecs,
    cache_invalidation,
    eviction,
    reset,
    recovery,
    unique_violation,
    large_values,
)


async def on_own_connection(feature):
    c = await asyncpg.connect(DSN)
    try:
        await c.execute(
            f"drop table if exists {TABLE}; create table {TABLE}(id int primary key, name text, filling text)"
        )
        await feature(c)
    finally:
        if not c.is_closed():
            await c.execute(f"drop table if exists {TABLE}")
        await c.close(timeout=2)


async def main():
    for feature in FEATURES:
        with tally.attempt(feature.__name__):
            await asyncio.wait_for(on_own_connection(feature), SECONDS)


asyncio.run(main())
tally.report()

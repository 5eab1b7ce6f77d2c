"""psycopg_client.py [prepare_threshold=N|none] [pipeline]"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import sys
import threading
import uuid

import psycopg
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from checks import COPY, Checks, OfConnection, begin_together, common

checks = Checks(f"psycopg [{psycopg.pq.__impl__}]", psycopg.__version__)
THRESHOLDS = {f"prepare_threshold={n}": n for n in range(10)} | {"prepare_threshold=none": None}
OPTIONS = {"prepare_threshold": THRESHOLDS[word] for word in sys.argv if word in THRESHOLDS}
VALUES = [("int2", -7), ("int4", 70000), ("int8", 1 << 40), ("numeric", decimal.Decimal("12.50")), ("text", "grün"),
          ("bytea", b"\0\xff"), ("bool", True), ("date", datetime.date(2024, 2, 29)),
          ("timestamptz", datetime.datetime(2024, 1, 2, 3, 4, 5, 6, datetime.timezone.utc)), ("uuid", uuid.UUID(int=5)),
          ("jsonb", {"a": [1]}), ("int4[]", [1, None, 3]), ("text[]", ["x", "y,z"]), ("text", None)]


class Client(OfConnection):
    async def value(self, sql: str, *arguments):
        return self.connection.execute(sql, arguments).fetchone()[0]

    async def execute(self, sql: str, *arguments) -> None:
        self.connection.execute(sql, arguments)

    @contextlib.asynccontextmanager
    async def transaction(self):
        with self.connection.transaction():
            yield self


class InPipeline(Client):
    """A pipeline for each value."""

    async def value(self, sql: str, *arguments):
        with self.connection.pipeline():
            self.connection.execute("SELECT CAST(%s AS int4)", (1,))
            return self.connection.execute(sql, arguments).fetchone()[0]


def adapted(kind: str, value):
    return Jsonb(value) if kind == "jsonb" else value


def types(connection) -> None:
    names = ", ".join(f"c{n}" for n in range(len(VALUES)))
    for turn in range(8):
        places = ", ".join(["%s"] * len(VALUES))
        connection.execute(f"INSERT INTO types_{COPY} (turn, {names}) VALUES ({turn}, {places})",
                           [adapted(kind, value) for kind, value in VALUES])
        row = connection.execute(f"SELECT {names} FROM types_{COPY} WHERE turn = %s", (turn,)).fetchone()
        for got, (kind, value) in zip(row, VALUES):
            checks.equal("types", kind, got, value)
        done = connection.execute(f"DELETE FROM types_{COPY} WHERE turn = %s", (turn,))
        checks.equal("types", "delete", done.rowcount, 1)


def introspection(connection) -> None:
    register_composite(CompositeInfo.fetch(connection, f"pair_{COPY}"), connection)
    for turn in range(7):
        found = connection.execute(f"SELECT ROW(%s, 'x')::pair_{COPY}", (turn,)).fetchone()[0]
        checks.equal("introspection", "composite", tuple(found), (turn, "x"))


def batch(connection) -> None:
    with connection.cursor() as cursor:
        for turn in range(3):
            cursor.executemany(f"INSERT INTO batch_{COPY} VALUES (%s, %s)", [(turn, str(n)) for n in range(200)])
            checks.equal("batch", "rows", cursor.rowcount, 200)
        cursor.executemany("SELECT CAST(%s AS int4) + 1", [(n,) for n in range(20)], returning=True)
        checks.equal("batch", "returning", [result.fetchone()[0] for result in cursor.results()], list(range(1, 21)))
    with connection.pipeline(), connection.transaction():
        found = [connection.execute("SELECT CAST(%s AS int4) * 2", (n,)) for n in range(20)]
        checks.equal("batch", "pipeline", [cursor.fetchone()[0] for cursor in found], [2 * n for n in range(20)])


def cursor(connection) -> None:
    for turn in range(3):
        with connection.transaction(), connection.cursor(f"named_{COPY}") as named:
            named.itersize = 25
            named.execute("SELECT generate_series(1, %s)", (120 + turn,))
            checks.equal("cursor", "named", [row[0] for row in named], list(range(1, 121 + turn)))


def copy(connection) -> None:
    for turn in range(3):
        with connection.cursor() as writer:
            with writer.copy(f"COPY copied_{COPY} FROM STDIN") as stream:
                for n in range(500):
                    stream.write_row((n, f"row {n}"))
            checks.equal("copy", "in", writer.rowcount, 500)
            with writer.copy(f"COPY (SELECT * FROM copied_{COPY} WHERE a < %s ORDER BY a) TO STDOUT", (2,)) as stream:
                checks.equal("copy", "out", list(stream.rows()), [("0", "row 0"), ("1", "row 1")])
        connection.execute(f"TRUNCATE copied_{COPY}")


def ddl(connection) -> None:
    """A prepared statement whose result has changed is an error, and goes on being one."""
    query = f"SELECT * FROM changed_{COPY} WHERE a = %s"

    def read():
        return connection.execute(query, (1,), prepare=True).fetchone()

    if OPTIONS.get("prepare_threshold", 5) is None:
        return
    checks.equal("ddl", "before", [read(), read()], [(1,), (1,)])
    with psycopg.connect(autocommit=True) as other:
        other.execute(f"ALTER TABLE changed_{COPY} ADD b text DEFAULT 'new'")
    for name in ("column added", "again"):
        with checks.expect("ddl", name, "0A000"):
            read()
    connection.execute(f"ALTER TABLE changed_{COPY} ALTER a TYPE int8")  # psycopg forgets its statements
    checks.equal("ddl", "forgotten", read(), (1, "new"))


def reset(connection) -> None:
    with ConnectionPool(min_size=2, max_size=2, kwargs=OPTIONS) as pool:
        for turn in range(14):
            with pool.connection() as lent:
                found = lent.execute("SELECT CAST(%s AS int4) + 1", (turn,)).fetchone()[0]
            checks.equal("reset", "lent again", found, turn + 1)


def cancel(connection) -> None:
    for turn in range(2):
        timer = threading.Timer(0.5, connection.cancel_safe)
        timer.start()
        with checks.expect("cancel", "statement ended", "57014"):
            connection.execute("SELECT pg_sleep(%s)", (30,))
        timer.join()
        found = connection.execute("SELECT CAST(%s AS int4)", (turn,)).fetchone()[0]
        checks.equal("cancel", "usable", found, turn)


def create(connection) -> None:
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _) in enumerate(VALUES))
    connection.execute(f"""
        CREATE TABLE common_{COPY} (id int4); CREATE TABLE types_{COPY} (turn int4, {columns});
        CREATE TYPE pair_{COPY} AS (x int4, y text); CREATE TABLE batch_{COPY} (a int4, b text);
        CREATE TABLE copied_{COPY} (a int4, b text); CREATE TABLE changed_{COPY} (a int4);
        INSERT INTO changed_{COPY} VALUES (1)""", prepare=False)


def main() -> None:
    connection = psycopg.connect(autocommit=True, **OPTIONS)
    create(connection)
    begin_together()
    asyncio.run(common(checks, (InPipeline if "pipeline" in sys.argv else Client)(connection)))
    for group in (types, introspection, batch, cursor, copy, ddl, reset, cancel):
        with checks.guard(group.__name__, "group"):
            group(connection)
    connection.close()
    checks.report()


main()

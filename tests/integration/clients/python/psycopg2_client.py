"""psycopg2, which prepares nothing by itself, and SQL-level PREPARE and EXECUTE with it."""

from __future__ import annotations

import asyncio
import contextlib
import io

import psycopg2
from psycopg2.extras import execute_values

from checks import COPY, Checks, OfConnection, begin_together, common

checks = Checks("psycopg2", psycopg2.__version__.split()[0])


class Client(OfConnection):
    async def value(self, sql: str, *arguments):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchone()[0]

    async def execute(self, sql: str, *arguments) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments)

    @contextlib.asynccontextmanager
    async def transaction(self):
        self.connection.autocommit = False
        try:
            with self.connection:
                yield self
        finally:
            self.connection.autocommit = True


def prepared(cursor) -> None:
    cursor.execute(f"PREPARE plus AS SELECT $1::int4 + {ord(COPY)}")
    for turn in range(10):
        cursor.execute("EXECUTE plus(%s)", (turn,))
        checks.equal("prepared", "EXECUTE", cursor.fetchone()[0], turn + ord(COPY))
    cursor.execute("DEALLOCATE plus")
    with checks.expect("prepared", "deallocated", "26000"):
        cursor.execute("EXECUTE plus(1)")


def batch(cursor) -> None:
    for turn in range(3):
        execute_values(cursor, f"INSERT INTO batch_{COPY} VALUES %s", [(turn, n) for n in range(90)])
        cursor.execute(f"SELECT count(*) FROM batch_{COPY} WHERE a = %s", (turn,))
        checks.equal("batch", "rows", cursor.fetchone()[0], 90)


def copy(cursor) -> None:
    for turn in range(3):
        cursor.copy_expert(f"COPY batch_{COPY} FROM STDIN", io.StringIO(f"{turn + 10}\t1\n{turn + 10}\t2\n"))
        out = io.StringIO()
        cursor.copy_expert(f"COPY (SELECT * FROM batch_{COPY} WHERE a = {turn + 10} ORDER BY b) TO STDOUT", out)
        checks.equal("copy", "both ways", out.getvalue(), f"{turn + 10}\t1\n{turn + 10}\t2\n")


def main() -> None:
    connection = psycopg2.connect("")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE common_{COPY} (id int4); CREATE TABLE batch_{COPY} (a int4, b int4)")
        begin_together()
        asyncio.run(common(checks, Client(connection)))
        for group in (prepared, batch, copy):
            with checks.guard(group.__name__, "group"):
                group(cursor)
    connection.close()
    checks.report()


main()

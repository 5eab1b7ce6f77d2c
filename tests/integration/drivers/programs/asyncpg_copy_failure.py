"""COPY by Query whose first row is a duplicate, with a megabyte behind it: asyncpg_copy_failure.py DSN COPY SCHEMA"""

import asyncio
import sys

import asyncpg

from tally import Tally

DSN, COPY, SCHEMA = sys.argv[1], sys.argv[2], sys.argv[3]
tally = Tally()


async def rows():
    for _ in range(400):
        yield b"1\ttaken\n" * 300


async def main():
    c = await asyncpg.connect(DSN)
    await c.execute(f"create table {SCHEMA}.t{COPY} (a int primary key, b text)")
    await c.execute(f"insert into {SCHEMA}.t{COPY} values (1)")
    for i in range(10):
        with tally.raises("copy", asyncpg.UniqueViolationError):
            await c.copy_to_table(f"t{COPY}", schema_name=SCHEMA, source=rows())
        tally.equal("after it", await c.fetchval(f"select {i} + $1::int", int(COPY)), i + int(COPY))
    tally.equal("rows", await c.fetchval(f"select count(*) from {SCHEMA}.t{COPY}"), 1)
    await c.close()


with tally.attempt("copy"):
    asyncio.run(asyncio.wait_for(main(), 60))
tally.report()

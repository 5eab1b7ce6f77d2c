"""Connections that each ask for constants of their own, under statement names that others use too.

own_constants.py DSN COPY asyncpg|psycopg
"""

import asyncio
import sys

from tally import Tally

DSN, COPY, DRIVER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
CONNECTIONS, QUERIES, TEXTS = 3, 300, 10
SECONDS = 60
tally = Tally()


class Asyncpg:
    async def connect(self):
        import asyncpg

        self.connection = await asyncpg.connect(DSN)

    async def ask(self, constant, argument):
        return await self.connection.fetchval(f"select {constant} + $1::int", argument)

    def closed(self):
        return self.connection.is_closed()


class Psycopg:
    async def connect(self):
        import psycopg

        self.connection = await psycopg.AsyncConnection.connect(DSN, autocommit=True)

    async def ask(self, constant, argument):
        cursor = await self.connection.execute(f"select {constant} + %s::int", [argument])
        return (await cursor.fetchone())[0]

    def closed(self):
        return self.connection.closed


async def client(number):
    driver = dict(asyncpg=Asyncpg, psycopg=Psycopg)[DRIVER]()
    await driver.connect()
    own = 100_000 * COPY + 10_000 * number
    for i in range(QUERIES):
        constant = own + 100 * (i % TEXTS)
        with tally.attempt(f"connection {COPY}.{number}"):
            tally.equal(f"connection {COPY}.{number}", await driver.ask(constant, 1), constant + 1)
        if driver.closed():
            await driver.connect()


async def main():
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*map(client, range(CONNECTIONS)))


with tally.attempt("all"):
    asyncio.run(main())
tally.report()

"""A pool each of whose connections prepares when it is made, more of them than there are servers:
asyncpg_prepare_pool.py DSN COPY
"""

import asyncio
import sys

import asyncpg

from tally import Tally

DSN, OWN = sys.argv[1], int(sys.argv[2]) * 1000
CONNECTIONS = 8
tally = Tally()
prepared = {}


async def prepare(connection):
    prepared[id(connection)] = await connection.prepare(f"select $1::int + {OWN}")


async def use(pool, number):
    async with pool.acquire() as connection:
        own = await connection.prepare(f"select $1::int * 2 + {OWN}")
        tally.equal("prepared now", await own.fetchval(number), 2 * number + OWN)


async def main():
    connections = [await asyncpg.connect(DSN) for _ in range(CONNECTIONS)]
    for connection in connections:
        await prepare(connection)
    for number, connection in enumerate(connections):
        tally.equal("prepared before", await prepared[id(connection)].fetchval(number), number + OWN)
        await connection.close()
    async with asyncpg.create_pool(DSN, min_size=CONNECTIONS, max_size=CONNECTIONS, init=prepare) as pool:
        await asyncio.gather(*[use(pool, number) for number in range(40)])


with tally.attempt("pool"):
    asyncio.run(asyncio.wait_for(main(), 60))
tally.report()

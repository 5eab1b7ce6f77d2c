"""asyncpg's timeouts cancel the running query, and the connection lives on: asyncpg_cancel.py DSN COPY"""

import asyncio
import sys

import asyncpg

from tally import Tally

DSN, OWN = sys.argv[1], int(sys.argv[2]) * 1000
tally = Tally()


async def main():
    c = await asyncpg.connect(DSN)
    for i in range(3):
        with tally.raises("timeout", asyncio.TimeoutError):
            await c.fetchval(f"select pg_sleep(20), $1::int + {OWN}", i, timeout=0.3)
        tally.equal("after it", await c.fetchval(f"select $1::int + {OWN}", i), OWN + i)
        with tally.raises("timeout in a transaction", asyncio.TimeoutError):
            async with c.transaction():
                await c.execute(f"select pg_sleep(20), {OWN}", timeout=0.3)
        tally.equal("after that", await c.fetchval(f"select $1::text || '{OWN}'", str(i)), f"{i}{OWN}")
    await c.close()


with tally.attempt("cancel"):
    asyncio.run(asyncio.wait_for(main(), 60))
tally.report()

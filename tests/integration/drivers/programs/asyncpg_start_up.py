"""What a client has given at its start-up outlives asyncpg's reset at each release: asyncpg_start_up.py DSN COPY"""

import asyncio
import datetime
import sys

import asyncpg

from tally import Tally

DSN, COPY = sys.argv[1], int(sys.argv[2])
ZONES = {1: ("Asia/Tokyo", "21:00:00+09"), 2: ("America/New_York", "08:00:00-04"), 3: ("Africa/Cairo", "15:00:00+03"),
         4: ("UTC", "12:00:00+00")}
ZONE, NOON = ZONES[COPY]
MOMENT = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.timezone.utc)
tally = Tally()


async def look(c, when):
    tally.equal(f"zone {when}", c.get_settings().TimeZone, ZONE)
    tally.equal(f"text {when}", await c.fetchval("select $1::timestamptz::text", MOMENT), f"2024-07-01 {NOON}")
    tally.equal(f"name {when}", await c.fetchval("select current_setting('application_name')"), f"copy {COPY}")


async def main():
    settings = {"timezone": ZONE, "application_name": f"copy {COPY}"}
    async with asyncpg.create_pool(DSN, min_size=2, max_size=2, server_settings=settings) as pool:
        for i in range(10):
            async with pool.acquire() as c:
                await look(c, f"at acquire {i}")
                if i % 3 == 1:
                    await c.execute("set timezone to 'Asia/Kolkata'")
                    tally.equal("zone set", c.get_settings().TimeZone, "Asia/Kolkata")
                if i % 3 == 2:
                    async with c.transaction():
                        await c.execute("reset timezone")
                        await look(c, "behind RESET in a block")
                        await c.execute("set local timezone to 'Asia/Kolkata'; set local timezone to default")
                        await look(c, "behind SET LOCAL")
    c = await asyncpg.connect(DSN, server_settings=settings)
    for text in ("discard all", "reset all", "set time zone default", "set time zone local; reset application_name"):
        await c.execute(text)
        await look(c, f"behind {text}")
    await c.close()


with tally.attempt("start-up values"):
    asyncio.run(asyncio.wait_for(main(), 60))
tally.report()

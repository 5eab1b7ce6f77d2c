"""An ordinary asyncpg program, with nothing in it about poolers: `app.py DSN CUSTOMER`.

It reads its own customer's orders through a connection pool, and reports as JSON what it got.
"""
import asyncio
import collections
import json
import sys

import asyncpg

ORDERS = 20
ROUNDS = 12


class Report:
    def __init__(self):
        self.right = 0
        self.wrong: list[str] = []
        self.errors: collections.Counter[str] = collections.Counter()

    def as_json(self) -> str:
        return json.dumps({"right": self.right, "wrong": self.wrong, "errors": self.errors})


async def read_orders(pool: asyncpg.Pool, customer: int, report: Report) -> None:
    queries = [f"SELECT customer, amount FROM orders WHERE customer = {customer} AND number = $1 + {start}"
               for start in range(0, ORDERS, 4)]
    for _ in range(ROUNDS):
        for start, query in zip(range(0, ORDERS, 4), queries):
            for offset in range(4):
                await read_order(pool, query, offset, (customer, 100 * customer + start + offset), report)


async def read_order(pool: asyncpg.Pool, query: str, number: int, expected: tuple, report: Report) -> None:
    try:
        row = await pool.fetchrow(query, number)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        report.errors[f"{getattr(error, 'sqlstate', None) or type(error).__name__}  {error}".splitlines()[0]] += 1
        return
    got = tuple(row) if row else None
    if got == expected:
        report.right += 1
    else:
        report.wrong.append(f"{query}  with $1 = {number} returned (customer, amount) = {got}")


async def main(dsn: str, customer: int) -> None:
    report = Report()
    async with asyncpg.create_pool(dsn, min_size=3, max_size=3) as pool:
        await asyncio.gather(*[read_orders(pool, customer, report) for _ in range(3)])
    print(report.as_json())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))

"""python3 -m bench.loads.driver_program: one driver under load, its result as JSON on standard output."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Awaitable, Callable

import asyncpg
import psycopg

POINT = "SELECT abalance FROM pgbench_accounts WHERE aid = $1"
OTHER = "SELECT bbalance FROM pgbench_branches WHERE bid = $1"
WARM = 5

Transaction = Callable[[int], Awaitable[None]]


async def asyncpg_point(dsn: str, **options) -> Transaction:
    connection = await asyncpg.connect(dsn, **options)

    async def transaction(number: int) -> None:
        await connection.fetchval(POINT, number % 1000 + 1)

    return transaction


async def asyncpg_alternating(dsn: str, **options) -> Transaction:
    """A B A B in a block."""
    connection = await asyncpg.connect(dsn, **options)

    async def transaction(number: int) -> None:
        async with connection.transaction():
            for _ in range(2):
                await connection.fetchval(POINT, number % 1000 + 1)
                await connection.fetchval(OTHER, number % 10 + 1)

    return transaction


async def psycopg_point(dsn: str, **options) -> Transaction:
    connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True, **options)
    sql = POINT.replace("$1", "%s")

    async def transaction(number: int) -> None:
        cursor = await connection.execute(sql, (number % 1000 + 1,))
        await cursor.fetchone()

    return transaction


PROGRAMS = {
    "asyncpg": asyncpg_point,
    "asyncpg without its cache": lambda dsn: asyncpg_point(dsn, statement_cache_size=0),
    "asyncpg, A B A B": asyncpg_alternating,
    "asyncpg without its cache, A B A B": lambda dsn: asyncpg_alternating(dsn, statement_cache_size=0),
    "psycopg": psycopg_point,
    "psycopg without preparing": lambda dsn: psycopg_point(dsn, prepare_threshold=None),
}


async def run(program: str, dsn: str, connections: int, seconds: float, least: int) -> dict:
    transactions = [await PROGRAMS[program](dsn) for _ in range(connections)]
    for transaction in transactions:
        for number in range(WARM):
            await transaction(number)
    latencies: list[float] = []
    cpu, begin = time.process_time(), time.perf_counter()

    async def play(transaction: Transaction) -> None:
        number, now = 0, time.perf_counter()
        while now - begin < seconds or number < least:
            await transaction(number)
            number, then, now = number + 1, now, time.perf_counter()
            latencies.append((now - then) * 1e3)

    await asyncio.gather(*map(play, transactions))
    return {
        "transactions": len(latencies),
        "seconds": time.perf_counter() - begin,
        "latencies": latencies,
        "client_cpu": time.process_time() - cpu,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("dsn")
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("least", type=int, help="transactions of each connection")
    print(json.dumps(asyncio.run(run(**vars(parser.parse_args())))))

"""Well-behaved clients: each driver's messages in its own order, its pipelines, pings and recoveries."""

import random

from ..script import Scribe, Script
from . import corpus
from .binary_drivers import Asyncpg, LibPq, Pgjdbc, Pgx, Sqlalchemy, Tokio
from .driver import Driver
from .flush_drivers import NodePostgres, Npgsql, PostgresJs, Postgrex, Sqlx
from .libpq_drivers import Pdo, Pgbench, Psycopg

DRIVERS = [
    Asyncpg,
    Asyncpg,
    Sqlalchemy,
    Psycopg,
    Pgjdbc,
    Pgx,
    LibPq,
    Tokio,
    NodePostgres,
    PostgresJs,
    Sqlx,
    Npgsql,
    Postgrex,
    Pdo,
    Pgbench,
]


def drive(driver: Driver, rounds: int) -> None:
    """A program: statements in and out of blocks, failures, rollback after a failure or a little later."""
    rng = driver.rng
    usual = rng.sample(corpus.READS + corpus.WRITES, 5) + rng.sample(corpus.FAILURES, 1) + corpus.EMPTY[:1]
    for _ in range(rounds):
        move = rng.random()
        if move < 0.15 and not driver.block:
            driver.begin()
            driver.block = True
        elif driver.block and (move < 0.25 or driver.failed and move < 0.7):
            driver.rollback() if driver.failed or rng.random() < 0.3 else driver.commit()
            driver.block = driver.failed = False
        elif move < 0.4:
            driver.extra()
        else:
            sql = rng.choice(usual)
            driver.run(sql)
            driver.failed = driver.failed or driver.block and bool(sql.fails)
    driver.s.write()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    drive(rng.choice(DRIVERS)(scribe), rng.randint(5, 12))
    return scribe.script()

"""Statements of the scripts, and values for them. Nothing depends on time, chance or a session's number."""

import random
from typing import NamedTuple

from .. import wire

INT4, TEXT, VARCHAR, INT8 = 23, 25, 1043, 20
PARSE, RUN = "parse", "run"  # when a statement fails


class Sql(NamedTuple):
    text: str
    arguments: tuple[int, ...] = ()  # type OIDs
    columns: int = 0
    fails: str = ""
    writes: bool = False


LONG_NAME = "identifier_" + "x" * 60
READS = [
    Sql("select 42", (), 1),
    Sql("select $1::int + 1", (INT4,), 1),
    Sql("select $1::text || 'x', $2::int", (TEXT, INT4), 2),
    Sql("select a, b, c from t order by a", (), 3),
    Sql("select a, b from t where a = $1", (INT4,), 2),
    Sql("select * from t order by a", (), 3),
    Sql("select a, b from u where a > $1 order by a, b", (INT4,), 2),
    Sql("select generate_series(1, 5)", (), 1),
    Sql("select generate_series(1, $1)", (INT4,), 1),
    Sql("values (1, 'x'), (2, 'y')", (), 2),
    Sql("select count(*) from u", (), 1),
    Sql("with w as (select a from u) select sum(a) from w", (), 1),
    Sql("select $1::lib.small", (INT4,), 1),
    Sql("select $1::varchar(5), null::numeric(7, 2)", (VARCHAR,), 2),
    Sql("show datestyle", (), 1),
    Sql("select lib.noisy($1)", (INT4,), 1),
    Sql(f"select 7 as {LONG_NAME}", (), 1),
    Sql("select", (), 0),
    Sql("explain (costs off) select * from t", (), 1),
]
WRITES = [
    Sql("insert into u values ($1, $2)", (INT4, INT4), writes=True),
    Sql("insert into u values (7, 70)", writes=True),
    Sql("insert into u values ($1, 1) returning a, b", (INT4,), 2, writes=True),
    Sql("insert into t values ($1, 'new', 'n') on conflict do nothing", (INT4,), writes=True),
    Sql("update u set b = b + $1", (INT4,), writes=True),
    Sql("delete from u where a = $1", (INT4,), writes=True),
    Sql("select lib.adds($1)", (INT4,), 1, writes=True),
    Sql("with w as (insert into u values ($1, 5) returning a) select a from w", (INT4,), 1, writes=True),
    Sql("call lib.records($1)", (INT4,), writes=True),
    Sql("do $$ begin raise notice 'hello'; end $$"),
    Sql("create table if not exists made (a int)", writes=True),
    Sql("drop table if exists made", writes=True),
    Sql("truncate u", writes=True),
]
CALLS = [
    Sql("call lib.gives($1)", (INT4,), 1),
    Sql("call lib.commits($1)", (INT4,), writes=True),
    Sql("vacuum later", writes=True),
]
EMPTY = [Sql(""), Sql(";"), Sql("-- ping"), Sql("/* nothing */ ")]
FAILURES = [
    Sql("select nosuch from t", fails=PARSE),
    Sql("select * from nosuch", fails=PARSE),
    Sql("selekt 1", fails=PARSE),
    Sql("select 'x'::int", fails=PARSE),
    Sql("select 1; select 2", fails=PARSE),
    Sql("select 1 where $2::int = 1", fails=PARSE),
    Sql("select 1 / 0", (), 1, RUN),
    Sql("select 1 / ($1::int - $1::int)", (INT4,), 1, RUN),
    Sql("select lib.fails($1)", (INT4,), 1, RUN),
    Sql("insert into t values (1, 'twice', '')", fails=RUN),
    Sql("insert into t values ($1, 'x', 'too long')", (INT4,), fails=RUN),
    Sql("insert into later values (1)", fails=RUN),
    Sql("select a / (a - 3) from t order by a", (), 1, RUN),
    Sql("select $1::lib.small + 999999", (INT4,), 1),
    Sql("rollback to nosuch", fails=RUN),
]
BEGIN, COMMIT, ROLLBACK = Sql("begin"), Sql("commit"), Sql("rollback")
BLOCKS = [
    BEGIN,
    COMMIT,
    ROLLBACK,
    Sql("start transaction"),
    Sql("end"),
    Sql("abort"),
    Sql("savepoint s"),
    Sql("rollback to s"),
    Sql("release s"),
    Sql("begin isolation level repeatable read"),
    Sql("commit and chain"),
    Sql("set local work_mem = 128"),
]
CURSORS = [
    Sql("declare cur cursor for select generate_series(1, 9)"),
    Sql("fetch 2 from cur", (), 1),
    Sql("move 1 in cur"),
    Sql("close cur"),
    Sql("close all"),
    Sql("fetch 1 from p1", (), 1),
    Sql("move forward 1 p1"),
]
ALL = READS * 3 + WRITES * 2 + CALLS + EMPTY + FAILURES + BLOCKS * 2 + CURSORS

LONG = "n" * 62
NAMES = [
    "a",
    "b",
    "s1",
    "A b",
    LONG + "x",
    LONG + "xy",
    LONG + "é",
    "__asyncpg_stmt_1__",
    "select",
    "%s",
    "q'",
]
PORTALS = ["", "", "", "p1", "p2", LONG + "xy"]


def value_of(rng: random.Random, oid: int, binary: bool) -> bytes | None:
    if rng.random() < 0.04:
        return None
    if oid in (INT4, INT8):
        number = rng.randint(1, 9)
        return number.to_bytes(4 if oid == INT4 else 8, "big") if binary else str(number).encode()
    if rng.random() < 0.02:
        return b"v" * rng.choice([3000, 9000, 20000])
    return rng.choice([b"v", b"", "wörld".encode(), b"value"])


def arguments_of(rng: random.Random, sql: Sql, binary: bool) -> tuple[list[bytes | None], list[int]]:
    """Values and their format codes, in one of the ways in which drivers give them."""
    values = [value_of(rng, oid, binary) for oid in sql.arguments]
    formats = [1] * len(values) if binary else rng.choice([[], [0] * len(values)])
    return values, formats if len(values) != 1 or not binary else [1]


COPY_ROW, COPY_DONE, STRAY_FAIL = wire.copy_data(b"8\t80\n"), wire.COPY_DONE, wire.copy_fail(b"stray")

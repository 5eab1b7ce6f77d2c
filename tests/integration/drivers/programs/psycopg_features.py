"""psycopg 3, one feature after another: psycopg_features.py DSN COPY SCHEMA PREPARE_THRESHOLD"""

import decimal
import signal
import sys
import uuid

import psycopg
from psycopg.rows import dict_row
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.json import Jsonb

from tally import Tally

DSN, COPY, SCHEMA, THRESHOLD = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
TABLE = f"{SCHEMA}.t{COPY}"
OWN = COPY * 1000
SECONDS = 30
tally = Tally()


def connect(**options):
    return psycopg.connect(DSN, prepare_threshold=THRESHOLD, **{"autocommit": True} | options)


def repeated(c):
    for _ in range(8):
        for i in range(3):
            tally.equal("common text", c.execute(f"select %s::int + {i}", [OWN]).fetchone(), (OWN + i,))
            tally.equal("own int", c.execute(f"select %s + {OWN + i}", [1]).fetchone(), (OWN + i + 1,))
            tally.equal(
                "own text", c.execute(f"select %s::text || '{OWN + i}'", ["v"]).fetchone(), (f"v{OWN + i}",)
            )
            tally.equal("no parameter", c.execute(f"select {OWN + i}, 'w{i}'").fetchone(), (OWN + i, f"w{i}"))
        tally.equal(
            "another type, another statement",
            c.execute(f"select %s + {OWN}", [10**10]).fetchone(),
            (10**10 + OWN,),
        )
        tally.equal(
            "prepare=True", c.execute(f"select {OWN}, %s::text", ["p"], prepare=True).fetchone(), (OWN, "p")
        )


def transactions(c):
    insert = f"insert into {TABLE}(id, name) values (%s, %s)"
    for i in range(0, 80, 10):
        with c.transaction():
            c.execute(insert, (OWN + i, "kept"))
            with tally.raises("savepoint", ZeroDivisionError), c.transaction():
                c.execute(insert, (OWN + i + 1, "undone"))
                raise ZeroDivisionError
            with tally.raises("unique violation", psycopg.errors.UniqueViolation), c.transaction():
                c.execute(insert, (OWN + i, "again"))
        with tally.raises("aborted", psycopg.errors.InFailedSqlTransaction), c.transaction():
            with tally.raises("division by zero", psycopg.errors.DivisionByZero):
                c.execute("select 1 / %s", (0,))
            c.execute(insert, (OWN + i + 2, "undone"))
        rows = c.execute(f"select count(*), max(id) from {TABLE} where id >= %s", (OWN,)).fetchone()
        tally.equal("rows", rows, (i // 10 + 1, OWN + i))


def rollbacks(_):
    """DEALLOCATE ALL follows every ROLLBACK of a connection that has prepared something."""
    with connect(autocommit=False) as c:
        for i in range(8):
            tally.equal("before", c.execute(f"select {OWN} + %s", [i]).fetchone(), (OWN + i,))
            c.rollback()
            tally.equal(
                "after", c.execute(f"select %s || '{OWN}'", [str(i)], prepare=True).fetchone(), (f"{i}{OWN}",)
            )
            c.commit()


def pipelines(c):
    for i in range(8):
        with c.pipeline():
            cursors = [c.execute(f"select {OWN} + %s, {k}", [i]) for k in range(5)]
            tally.equal("a fetch inside", cursors[2].fetchone(), (OWN + i, 2))
            with c.transaction():
                c.execute(f"insert into {TABLE}(id, name) values (%s, %s)", [OWN + i, "pipeline"])
            many = c.cursor()
            many.executemany(f"select %s::text || '{OWN}'", [("a",), ("b",)], returning=True)
        tally.equal(
            "pipeline",
            [x.fetchone() for x in cursors if x is not cursors[2]],
            [(OWN + i, k) for k in (0, 1, 3, 4)],
        )
        tally.equal("executemany inside", list(fetch_all(many)), [(f"a{OWN}",), (f"b{OWN}",)])
    with tally.raises("an error in a pipeline", psycopg.errors.DivisionByZero), c.pipeline():
        c.execute(f"insert into {TABLE}(id, name) values (%s, %s)", [1, "undone"])
        c.execute("select 1 / %s", [0])
        c.execute(f"insert into {TABLE}(id, name) values (%s, %s)", [2, "skipped"])
    tally.equal(
        "after the error",
        c.execute(f"select count(*), min(id) from {TABLE} where id > %s", [0]).fetchone(),
        (8, OWN),
    )


def fetch_all(cursor):
    while True:
        yield from cursor.fetchall()
        if not cursor.nextset():
            return


def executemany(c):
    with c.cursor() as cursor:
        cursor.executemany(
            f"insert into {TABLE}(id, name) values (%s, %s) returning id, name || '{OWN}'",
            [(OWN + i, f"n{i}") for i in range(200)],
            returning=True,
        )
        tally.equal("returning", list(fetch_all(cursor)), [(OWN + i, f"n{i}{OWN}") for i in range(200)])
        cursor.executemany(
            f"update {TABLE} set filling = %s where id = %s", [("x" * 100, OWN + i) for i in range(200)]
        )
        tally.equal("rowcount", cursor.rowcount, 200)
    tally.equal(
        "rows", c.execute(f"select count(*), sum(length(filling)) from {TABLE}").fetchone(), (200, 20000)
    )


def server_cursors(c):
    sql = f"select i + {OWN} from generate_series(1, %s) i"
    for _ in range(3):
        with c.transaction(), c.cursor("cur") as first, c.cursor("scrolling", scrollable=True) as second:
            first.execute(sql, [30])
            second.execute(sql, [20])
            first.itersize = 7
            tally.equal("fetchmany", first.fetchmany(4), [(OWN + i,) for i in (1, 2, 3, 4)])
            second.scroll(10)
            tally.equal("scroll", second.fetchone(), (OWN + 11,))
            tally.equal("iterate", [r[0] for r in first], list(range(OWN + 5, OWN + 31)))
            second.scroll(0, mode="absolute")
            tally.equal("back", second.fetchone(), (OWN + 1,))


def copy(c):
    with c.cursor() as cursor:
        with cursor.copy(f"copy {TABLE}(id, name) from stdin") as data:
            for i in range(500):
                data.write_row((OWN + i, f"n{i}"))
        with cursor.copy(f"copy {TABLE}(id, name) from stdin (format binary)") as data:
            data.set_types(["int4", "text"])
            data.write_row((OWN + 500, "binary"))
        with cursor.copy(
            f"copy (select id, name from {TABLE} where id >= %s order by id) to stdout", [OWN + 498]
        ) as data:
            tally.equal(
                "copy out",
                [tuple(r) for r in data.rows()],
                [(str(OWN + 498), "n498"), (str(OWN + 499), "n499"), (str(OWN + 500), "binary")],
            )
        with tally.raises("a bad row", psycopg.errors.InvalidTextRepresentation):
            with cursor.copy(f"copy {TABLE}(id, name) from stdin") as data:
                data.write("1\tgood\n2x\tbad\n")
        with tally.raises("the client gives up", ZeroDivisionError):
            with cursor.copy(f"copy {TABLE}(id, name) from stdin") as data:
                data.write("1\tundone\n")
                raise ZeroDivisionError
    tally.equal("rows", c.execute(f"select count(*) from {TABLE} where id > %s", [0]).fetchone(), (501,))


def eviction(_):
    with connect() as c:
        c.prepared_max = 3
        for _ in range(8):
            for i in range(6):
                tally.equal(
                    "three statements kept",
                    c.execute(f"select {OWN + i} * %s", [2]).fetchone(),
                    (2 * (OWN + i),),
                )


def types(c):
    info = CompositeInfo.fetch(c, f"{SCHEMA}.pair")
    register_composite(info, c)
    key, number = uuid.uuid4(), decimal.Decimal("12345.678")
    for binary in (False, True):
        cursor = c.cursor(binary=binary, row_factory=dict_row)
        for _ in range(7):
            cursor.execute(
                f"select %s::uuid k, %s + {OWN} n, %s::jsonb j, row({OWN}, %s)::{SCHEMA}.pair p, %s::int[] a",
                [key, number, Jsonb({"own": OWN}), "y", [1, None, OWN]],
            )
            row = cursor.fetchone()
            tally.equal(
                "row",
                row | {"p": tuple(row["p"])},
                dict(k=key, n=number + OWN, j={"own": OWN}, p=(OWN, "y"), a=[1, None, OWN]),
            )


def schema_changes(c):
    """What another connection has prepared before DDL fails ever after: psycopg 3 recovers from nothing."""
    with connect() as other:
        c.execute(f"insert into {TABLE}(id, name) values (1, 'one')")
        select = f"select * from {TABLE} where id = %s"
        for _ in range(7):
            tally.equal("before DDL", other.execute(select, [1]).fetchone(), (1, "one", None))
        c.execute(f"alter table {TABLE} add column price int default {OWN}")
        for _ in range(3):
            with tally.raises("cached plan must not change result type", psycopg.errors.FeatureNotSupported):
                other.execute(select, [1])
        tally.equal(
            "not prepared", other.execute(select, [1], prepare=False).fetchone(), (1, "one", None, OWN)
        )


def recovery(c):
    for _ in range(8):
        with tally.raises("division by zero", psycopg.errors.DivisionByZero):
            c.execute(f"select {OWN} / %s", [0])
        with tally.raises("no such table", psycopg.errors.UndefinedTable):
            c.execute(f"select * from {SCHEMA}.nowhere where id = %s", [1])
        tally.equal("good again", c.execute(f"select {OWN} / %s", [1]).fetchone(), (OWN,))


FEATURES = (
    repeated,
    transactions,
    rollbacks,
    pipelines,
    executemany,
    server_cursors,
    copy,
    eviction,
    types,
    schema_changes,
    recovery,
)


def out_of_time(*_):
    raise TimeoutError(f"{SECONDS} s")


def on_own_connection(feature):
    signal.alarm(SECONDS)
    c = connect()
    try:
        c.execute(f"drop table if exists {TABLE}")
        c.execute(f"create table {TABLE}(id int primary key, name text, filling text)")
        feature(c)
    finally:
        signal.alarm(0)
        c.close()


signal.signal(signal.SIGALRM, out_of_time)
for feature in FEATURES:
    with tally.attempt(feature.__name__):
        on_own_connection(feature)
tally.report()

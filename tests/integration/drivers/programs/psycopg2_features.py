"""psycopg2, which sends nothing but simple queries; PREPARE and EXECUTE are the user's own.

psycopg2_features.py DSN COPY SCHEMA
"""

import io
import signal
import sys

import psycopg2
import psycopg2.extras

from tally import Tally

DSN, COPY, SCHEMA = sys.argv[1], int(sys.argv[2]), sys.argv[3]
TABLE = f"{SCHEMA}.t{COPY}"
OWN = COPY * 1000
tally = Tally()


def rows(cursor, sql, *arguments):
    cursor.execute(sql, arguments)
    return cursor.fetchall()


def queries(c, cursor):
    for i in range(10):
        tally.equal("query", rows(cursor, f"select {OWN} + %s, %s", i, "é"), [(OWN + i, "é")])
        c.rollback() if i % 2 else c.commit()
    psycopg2.extras.execute_values(
        cursor, f"insert into {TABLE}(id, name) values %s", [(OWN + i, f"n{i}") for i in range(200)]
    )
    cursor.executemany(f"update {TABLE} set name = %s where id = %s", [("first", OWN), ("second", OWN + 1)])
    c.commit()
    tally.equal("rows", rows(cursor, f"select count(*), min(name) from {TABLE}"), [(200, "first")])


def savepoints(c, cursor):
    cursor.execute(f"insert into {TABLE}(id) values (%s); savepoint s", [OWN])
    with tally.raises("unique violation", psycopg2.errors.UniqueViolation):
        cursor.execute(f"insert into {TABLE}(id) values (%s)", [OWN])
    with tally.raises("aborted", psycopg2.errors.InFailedSqlTransaction):
        cursor.execute("select 1")
    cursor.execute("rollback to savepoint s")
    c.commit()
    tally.equal("kept", rows(cursor, f"select id from {TABLE}"), [(OWN,)])


def named_cursor(c, _):
    with c.cursor(name="cur") as cursor:
        cursor.itersize = 10
        cursor.execute(f"select i + {OWN} from generate_series(1, %s) i", [35])
        tally.equal("named cursor", [r[0] for r in cursor], list(range(OWN + 1, OWN + 36)))


def copy(c, cursor):
    cursor.copy_expert(
        f"copy {TABLE}(id, name) from stdin (format csv)", io.StringIO(f"{OWN},a\n{OWN + 1},b\n")
    )
    out = io.StringIO()
    cursor.copy_expert(f"copy {TABLE}(id, name) to stdout", out)
    tally.equal("copy", out.getvalue(), f"{OWN}\ta\n{OWN + 1}\tb\n")


def sql_prepare(c, cursor):
    c.commit()
    c.autocommit = True
    cursor.execute(f"prepare add(int) as select $1 + {OWN}; prepare \"Join\" as select $1::text || '{OWN}'")
    for i in range(8):
        tally.equal("execute", rows(cursor, "execute add(%s)", i), [(OWN + i,)])
        tally.equal("execute, quoted name", rows(cursor, 'execute "Join"(%s)', str(i)), [(f"{i}{OWN}",)])
    tally.equal("explain execute", "Result" in rows(cursor, "explain execute add(1)")[0][0], True)
    with tally.raises("prepared twice", psycopg2.errors.DuplicatePreparedStatement):
        cursor.execute("prepare add as select 1")
    cursor.execute("deallocate add")
    for name in ("add", "never"):
        with tally.raises("deallocated", psycopg2.errors.InvalidSqlStatementName):
            cursor.execute(f"execute {name}(1)")
    cursor.execute("deallocate all")
    with tally.raises("all deallocated", psycopg2.errors.InvalidSqlStatementName):
        cursor.execute('execute "Join"(1)')


def reset(c, cursor):
    c.autocommit = True
    cursor.execute(f"prepare mine as select {OWN}")
    tally.equal("before", rows(cursor, "execute mine"), [(OWN,)])
    cursor.execute("discard all")
    with tally.raises("discarded", psycopg2.errors.InvalidSqlStatementName):
        cursor.execute("execute mine")
    c.reset()
    tally.equal("after reset", rows(cursor, f"select {OWN}"), [(OWN,)])


def on_own_connection(feature):
    signal.alarm(30)
    c = psycopg2.connect(DSN)
    cursor = c.cursor()
    cursor.execute(f"drop table if exists {TABLE}; create table {TABLE}(id int primary key, name text)")
    c.commit()
    feature(c, cursor)
    signal.alarm(0)
    c.close()


for feature in (queries, savepoints, named_cursor, copy, sql_prepare, reset):
    with tally.attempt(feature.__name__):
        on_own_connection(feature)
tally.report()

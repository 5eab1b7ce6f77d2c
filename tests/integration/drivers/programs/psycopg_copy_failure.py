"""COPY by Query whose first row is a duplicate, with a megabyte behind it: psycopg_copy_failure.py DSN COPY SCHEMA"""

import sys

import psycopg

from tally import Tally

DSN, COPY, SCHEMA = sys.argv[1], sys.argv[2], sys.argv[3]
tally = Tally()


def main():
    with psycopg.connect(DSN, autocommit=True) as c:
        c.execute(f"create table {SCHEMA}.t{COPY} (a int primary key, b text)")
        c.execute(f"insert into {SCHEMA}.t{COPY} values (1)")
        for i in range(10):
            with tally.raises("copy", psycopg.errors.UniqueViolation):
                with c.cursor().copy(f"copy {SCHEMA}.t{COPY} from stdin") as data:
                    for _ in range(400):
                        data.write(b"1\ttaken\n" * 300)
            tally.equal("after it", c.execute(f"select {i} + {COPY}").fetchone(), (i + int(COPY),))
        tally.equal("rows", c.execute(f"select count(*) from {SCHEMA}.t{COPY}").fetchone(), (1,))


with tally.attempt("copy"):
    main()
tally.report()

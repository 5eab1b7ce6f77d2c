"""What a client has given at its start-up outlives RESET and DISCARD ALL: psycopg_start_up.py DSN COPY"""

import sys

import psycopg

from tally import Tally

DSN, COPY = sys.argv[1], int(sys.argv[2])
ZONES = {1: ("Asia/Tokyo", "01.07.2024 21:00:00 JST"), 2: ("America/New_York", "01.07.2024 08:00:00 EDT"),
         3: ("Africa/Cairo", "01.07.2024 15:00:00 EEST")}
ZONE, NOON = ZONES[COPY]
tally = Tally()


def look(c, when):
    text = c.execute("select timestamptz '2024-07-01 12:00+00'::text").fetchone()[0]
    tally.equal(f"text {when}", text, NOON)
    tally.equal(f"zone {when}", str(c.info.timezone), ZONE)
    with c.pipeline():
        c.execute("reset datestyle")
        cursor = c.execute("select timestamptz '2024-07-01 12:00+00'::text")
    tally.equal(f"pipeline {when}", cursor.fetchone()[0], NOON)


def main():
    options = f"-c TimeZone={ZONE} -c DateStyle=German"
    with psycopg.connect(DSN, options=options, autocommit=True, prepare_threshold=0) as c:
        for i in range(5):
            look(c, f"at {i}")
            for text in ("reset all", "discard all", "set timezone to default", "set time zone local"):
                c.execute("set timezone to 'Asia/Kolkata'")
                c.execute(text)
                look(c, f"behind {text}")
            c.execute("set timezone to 'Asia/Kolkata'")
            with tally.raises("rollback", ZeroDivisionError), c.transaction():
                c.execute("reset all")
                look(c, "in a block")
                1 / 0
            tally.equal("rolled back", str(c.info.timezone), "Asia/Kolkata")
            c.execute("reset timezone")


with tally.attempt("start-up values"):
    main()
tally.report()

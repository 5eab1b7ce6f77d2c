"""Pairs of equal databases, one for the direct and one for the proxied session, and what scripts find."""

import os
import time

from ..support.simple_client import ServerError, SimpleClient

TEMPLATE = "differential"
LOCK_LIMIT = "2s"

LIBRARY = """
create schema lib;
create function lib.noisy(n int) returns int language plpgsql volatile as $$
    begin raise notice 'noisy %', n; return n; end $$;
create function lib.fails(n int) returns int language plpgsql volatile as $$
    begin raise exception 'it fails: %', n; end $$;
create function lib.adds(n int) returns int language plpgsql volatile as $$
    begin insert into u values (n, n); return n; end $$;
create procedure lib.records(n int) language plpgsql as $$ begin insert into u values (n, 0); end $$;
create procedure lib.commits(n int) language plpgsql as $$
    begin insert into u values (n, 1); commit; insert into u values (n, 2); end $$;
create procedure lib.gives(inout n int) language plpgsql as $$ begin n := n + 1; end $$;
create domain lib.small as int check (value < 1000);
"""
TABLES = """
create table t (a int primary key, b text, c varchar(5));
create table u (a int, b int);
create table later (a int unique deferrable initially deferred);
insert into t values (1, 'one', 'i'), (2, 'two', 'ii'), (3, 'three', 'iii');
insert into u select i, i * 10 from generate_series(1, 5) i;
insert into later values (1);
"""
RESET = "drop schema public cascade; create schema public;" + TABLES

SNAPSHOT = """
select c.relname, c.relkind,
  (select string_agg(attnum || ' ' || attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
     from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
  case when c.relkind = 'r' then
    query_to_xml(format('select x::text from %I as x order by 1', relname), true, true, '')::text end
from pg_class c where relnamespace = 'public'::regnamespace order by 1"""


def create_template(port: int) -> None:
    """A template, so that types and functions have the same OIDs in all databases."""
    with SimpleClient(port) as control:
        for sql in (
            "alter system set autovacuum = off",
            "select pg_reload_conf()",
            f"create database {TEMPLATE}",
        ):
            control.query(sql)
    with SimpleClient(port, database=TEMPLATE) as template:
        template.query(LIBRARY + TABLES)


def create_databases(port: int, names: list[str]) -> None:
    with SimpleClient(port) as control:
        for name in names:
            control.query(f"create database {name} template {TEMPLATE}")


class Database:
    """One of the two: what state a script has left in it, and back to the beginning."""

    def __init__(self, port: int, name: str):
        self.name = name
        self.control = SimpleClient(port, database=name)
        self.control.query(f"set lock_timeout = '{LOCK_LIMIT}'; set client_min_messages = error")
        self.pristine = self.snapshot()

    def snapshot(self) -> list[dict]:
        """Tables with their columns and rows, and prepared transactions, which are rolled back."""
        prepared = self.control.query(
            "select gid from pg_prepared_xacts where database = current_database() order by 1"
        )
        for row in prepared:
            self.control.query(f"rollback prepared '{row['gid']}'")
        return self.control.query(SNAPSHOT) + prepared

    def reset(self, state: list[dict]) -> None:
        if state != self.pristine:
            self.control.query(RESET)
            self.pristine = self.snapshot()

    def sessions(self) -> int:
        """Also that of `control`."""
        rows = self.control.query("select count(*) from pg_stat_activity where datname = current_database()"
                                  " and backend_type = 'client backend'")
        return int(rows[0]["count"])

    def waits_for_client(self, pid: int) -> bool:
        """Whether the backend wants to read; one that has ended does not work any more either."""
        rows = self.control.query(f"select wait_event from pg_stat_activity where pid = {pid}")
        return all(row["wait_event"] == "ClientRead" for row in rows)

    def elsewhere(self, sql: str) -> str:
        """A statement of another session; what came of it."""
        try:
            return str(self.control.query(sql))
        except ServerError as error:
            return error.fields.get("C", "")


def wait_for_exit(pid: int, time_limit: float = 10.0) -> None:
    """Until the backend of a session that has left is gone."""
    end = time.monotonic() + time_limit
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass
        time.sleep(0.001)
    raise TimeoutError(f"backend {pid} does not end")

"""The servers of a run: a fresh database, a pool of fresh servers, and a pgBouncer that is started again when it dies."""
from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import Iterator

from tests.integration.support.stack import PgBouncer, Stack, StackError

from .suite import Suite

POOL_SIZE = 5
# Else the temporary table, setting or lock that one test leaves on a server makes another fail, or pass, by chance.
# DISCARD ALL, but for what it does to prepared statements.
RESET = ("CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); "
         "DISCARD TEMP; DISCARD SEQUENCES")
NOTHING_LEFT = {"server_reset_query": RESET, "server_reset_query_always": 1}


def suite_stack(suite: Suite) -> Stack:
    return Stack(POOL_SIZE, postgres_settings=suite.settings, pgbouncer_settings=NOTHING_LEFT)


@contextmanager
def fresh_database(stack: Stack, suite: Suite) -> Iterator[str]:
    """Without the databases that tests could not drop because the pooler was still connected to them."""
    database = suite.database or "suite"
    for left in stack.postgres.psql("SELECT datname FROM pg_database WHERE NOT datistemplate").splitlines():
        if left != "postgres":  # which a suite that is fixed to it has to share
            stack.postgres.psql(f'DROP DATABASE "{left}" WITH (FORCE)')
    if database != "postgres":
        stack.postgres.psql(f"CREATE DATABASE {database}")
    for sql in suite.database_sql():
        stack.postgres.psql(sql.replace("{database}", database), database)
    yield database
    stack.pgbouncer.release(database)


class Supervisor:
    """Starts pgBouncer again when it has died, as 1.18 does of some cancel requests, and counts."""

    def __init__(self, pgbouncer: PgBouncer, database: str):
        self.deaths = 0
        self._pgbouncer = pgbouncer
        self._database = database
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Supervisor:
        self._pgbouncer.keep_rotating(self._database)
        self._pgbouncer.reconnect()
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            try:
                self._pgbouncer.check()
            except StackError:
                self.deaths += 1
                print(f"pgBouncer died, its log ends with: {self._pgbouncer.log_tail(2)}", file=sys.stderr)
                self._pgbouncer.restart()

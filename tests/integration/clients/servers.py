"""The servers of a run: a database for each client and route, and a pooler that lives behind pgsidecar."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Iterator

from tests.integration.support.daemon import wait_until
from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import SimpleClient, Stack, StackError

from .program import Outcome

POOL_SIZE = 5
LENT_LIMIT = 10.0  # seconds until no server of the pool is lent


class Servers:
    def __init__(self, stack: Stack):
        self.stack = stack
        self._databases = 0

    @contextlib.contextmanager
    def database(self, route: str) -> Iterator[dict[str, str]]:
        """A database made for one run; yields the environment that leads a program to it on the route."""
        self._databases += 1
        name = f"client_{self._databases}"
        self._sql(f"CREATE DATABASE {name}", f"ALTER DATABASE {name} SET jit = off")
        try:
            if route != "postgres":
                self.stack.pgbouncer.keep_rotating(name)
                self.stack.pgbouncer.reconnect()
            yield self._environment(route, name)
        finally:
            if route != "postgres":
                self._wait_for_cancel_requests(name)
            self.stack.pgbouncer.release(name)
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def examine(self, route: str, environment: dict[str, str], outcome: Outcome) -> None:
        """Adds to an outcome what the servers show after a run. Only a bare pooler may have died of it."""
        try:
            self.stack.check()
            if route == "sidecar":
                self._wait_for_returned_servers(environment["PGDATABASE"], outcome)
        except (StackError, OSError) as error:
            outcome.fail("server", str(error))
        self._revive()

    def versions(self) -> dict[str, str]:
        return {"postgres": self._sql("SHOW server_version")[0]["server_version"].split()[0],
                "pgbouncer": self.stack.pgbouncer.version()}

    def _environment(self, route: str, database: str) -> dict[str, str]:
        return clean_environment() | {
            "PGHOST": "127.0.0.1", "PGPORT": str(self.stack.port(route)), "PGUSER": "postgres", "PGDATABASE": database,
            "PGSSLMODE": "disable", "PYTHONDONTWRITEBYTECODE": "1"}

    def _sql(self, *statements: str) -> list[dict[str, str | None]]:
        with SimpleClient(self.stack.postgres.port, timeout=60) as client:
            return [client.query(statement) for statement in statements][-1]

    def _wait_for_cancel_requests(self, database: str) -> None:
        """pgBouncer 1.18 dies of a server that speaks, as one does whose database is dropped, while it is cancelled."""
        pooler = self.stack.pgbouncer
        with contextlib.suppress(StackError, OSError):  # a bare pooler may be dead
            wait_until(lambda: pooler.cancel_requests(database) == 0, "cancel requests", LENT_LIMIT, pooler.check)

    def _wait_for_returned_servers(self, database: str, outcome: Outcome) -> None:
        deadline = time.monotonic() + LENT_LIMIT
        while lent := self.stack.pgbouncer.active_servers(database):
            if time.monotonic() > deadline:
                outcome.fail("lent", f"{lent} servers of the pool are still lent when all programs have ended")
                return
            time.sleep(0.05)

    def _revive(self) -> None:
        """Starts what has died; the next run begins with all of them."""
        for daemon in (self.stack.postgres, self.stack.pgbouncer, self.stack.sidecar):
            try:
                daemon.check()
            except StackError:
                daemon.restart()


@contextlib.contextmanager
def started(installation: Path | None) -> Iterator[Servers]:
    """`installation`: the directory of another PostgreSQL, with its bin and lib."""
    with environment_of(installation):
        stack = Stack(pool_size=POOL_SIZE)
        stack.__enter__()
    try:
        yield Servers(stack)
    except BaseException as error:
        stack.__exit__(type(error), error, None)
        raise
    stack.__exit__(None, None, None)


@contextlib.contextmanager
def environment_of(installation: Path | None) -> Iterator[None]:
    before = dict(os.environ)
    if installation:
        os.environ |= {"PG_BINDIR": str(installation / "bin"), "LD_LIBRARY_PATH": str(installation / "lib")}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

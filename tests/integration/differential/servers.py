"""The servers behind the proxy: none may stay in use, and none be lost."""

import time

from ..support.simple_client import SimpleClient
from .conversation import patience
from .databases import Database
from .movers import Mover, stopped

POOL_SIZE = 3
ARRIVAL = 0.005  # seconds in which what has been sent, and has no answer, comes to the pooler
FILL_LIMIT = 20.0


class Pool:
    """The pooler's servers for one database; `movers` are its other clients."""

    def __init__(self, pgbouncer_port: int, database: str, movers: list[Mover]):
        self.database, self.movers = database, movers
        self.console = SimpleClient(pgbouncer_port, database="pgbouncer")
        self.lost = 0  # servers that a FATAL has ended and the pooler still lists
        self.at_begin: set[str] = set()
        self._fill()

    def begin(self) -> None:
        """Of a script."""
        self.at_begin = self._pids()

    def in_between(self) -> list[str]:
        """No server may be in use: the script's session is there, but outside a transaction."""
        time.sleep(ARRIVAL)
        with stopped(self.movers):
            return [] if self._is_idle(False) else ["pool: a session that needs no server keeps one"]

    def at_rest(self, fatal: bool) -> list[str]:
        """No server may be in use, and none be lost but by a `fatal` error. A pool that does not come to rest is
        emptied.
        """
        with stopped(self.movers):
            if not self._is_idle(True):
                self._empty()
                return ["pool: servers are still in use"]
            gone = self.at_begin - self._pids()
            lost = self.lost + fatal  # PostgreSQL has ended one; the pooler may notice it a script later
            excused = min(lost, len(gone))
            self.lost = lost - excused if fatal else 0
            thrown = len(gone) - excused
            return [f"pool: {thrown} servers have been thrown away"] if thrown else []

    def _fill(self) -> None:
        end = time.monotonic() + FILL_LIMIT
        while len(self._pids()) < POOL_SIZE and time.monotonic() < end:
            time.sleep(0.05)  # a pool fills one server at a time while a client is connected

    def _counts(self) -> tuple[int, int]:
        for pool in self.console.query("show pools"):
            if pool["database"] == self.database:
                return int(pool["cl_active"]) + int(pool["cl_waiting"]), int(pool["sv_active"])
        return 0, 0

    def _pids(self) -> set[str]:
        """The servers, but those that are just logging in."""
        rows = [row for row in self.console.query("show servers") if row["database"] == self.database]
        return {row["remote_pid"] for row in rows} - {"0"}

    def _is_idle(self, alone: bool) -> bool:
        """Waits until no server is in use and, if `alone`, no client but the movers is there."""
        end = time.monotonic() + patience.pool
        while time.monotonic() < end:
            clients, servers = self._counts()
            if not servers and (not alone or clients <= len(self.movers)):
                return True
            time.sleep(0.002)
        return False

    def _empty(self) -> None:
        for mover in self.movers:
            if mover.connection:
                mover.connection.abandon()
            mover.connection = None
        self.console.query(f"kill {self.database}")
        self.console.query(f"resume {self.database}")
        time.sleep(0.3)


class OwnServers:
    """Without a pooler every session has a server of its own, which ends with it."""

    def __init__(self, database: Database, movers: list[Mover]):
        self.database, self.movers = database, movers

    def begin(self) -> None:
        pass

    def in_between(self) -> list[str]:
        return []

    def at_rest(self, fatal: bool) -> list[str]:
        end = time.monotonic() + patience.pool
        with stopped(self.movers):
            while self.database.sessions() > 1 + sum(m.connection is not None for m in self.movers):
                if time.monotonic() > end:
                    return ["the server of a session that has left does not end"]
                time.sleep(0.002)
        return []

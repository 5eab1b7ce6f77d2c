"""The two sides of one worker: its databases, its movers and its eye on the pool."""

import time
from contextlib import contextmanager
from typing import Iterator

from ..support.simple_client import SimpleClient
from .client import Connection
from .compare import Outcome, compare
from .conversation import DirectConversation, ProxiedConversation, patience
from .databases import Database, wait_for_exit
from .kept import fault_of_server
from .movers import Customer, Mover, Neighbour
from .script import Script
from .wire import EOF, Message, error_fields

POOL_SIZE = 3
ARRIVAL = 0.005  # seconds in which what has been sent, and has no answer, comes to the pooler


class Bench:
    def __init__(self, postgres_port: int, pgbouncer_port: int, sidecar_port: int, worker: int):
        self.pgbouncer_port, self.sidecar_port, self.postgres_port = (
            pgbouncer_port,
            sidecar_port,
            postgres_port,
        )
        self.direct = Database(postgres_port, f"direct_{worker}")
        self.proxied = Database(postgres_port, f"proxied_{worker}")
        self.version = int(self.direct.control.query("show server_version_num")[0]["server_version_num"]) // 10000
        self.console = SimpleClient(pgbouncer_port, database="pgbouncer")
        self.movers: list[Mover] = []
        self.looks = 0
        self.lost = 0  # servers that a FATAL has ended and the pooler still lists
        self._start_movers()

    def close(self) -> None:
        for mover in self.movers:
            mover.stop()
        for mover in self.movers:
            mover.join(5)
            self.looks += mover.looks

    def run(self, script: Script) -> Outcome:
        direct = self._run_direct(script)
        direct_state = self.direct.snapshot()
        self.direct.reset(direct_state)
        if fault := fault_of_server(direct.replies):
            return Outcome(direct, direct, kept=[fault])
        servers = self._servers()
        session = Connection(self.sidecar_port, self.proxied.name)
        proxied = ProxiedConversation(
            session, script, self.proxied.elsewhere, direct=direct, look_at_pool=self._pool_in_between
        ).play()
        outcome = compare(script, direct, proxied, self.version)
        outcome.differences += self._pool_at_rest(servers, _fatal(direct.replies))
        proxied_state = self.proxied.snapshot()
        if proxied_state != direct_state:
            outcome.differences.append("the databases differ:" + _difference(direct_state, proxied_state))
        self.proxied.reset(proxied_state)
        for mover in self.movers:
            outcome.differences += mover.take_failures()
        return outcome

    def _run_direct(self, script: Script):
        connection = Connection(self.postgres_port, self.direct.name)
        transcript = DirectConversation(
            connection, script, self.direct.elsewhere, waits_for_client=self.direct.waits_for_client
        ).play()
        wait_for_exit(connection.pid)
        return transcript

    # ------------------------------------------------------------ the pool
    def _start_movers(self) -> None:
        self.movers = [
            Neighbour(self.pgbouncer_port, self.proxied.name, "a client of the pooler"),
            Customer(self.sidecar_port, self.proxied.name, "another client of the proxy"),
        ]
        for mover in self.movers:
            mover.start()
        end = time.monotonic() + 20
        while len(self._servers()) < POOL_SIZE and time.monotonic() < end:
            time.sleep(0.05)  # a pool fills one server at a time while a client is connected

    def _pool(self) -> tuple[int, int]:
        for pool in self.console.query("show pools"):
            if pool["database"] == self.proxied.name:
                return int(pool["cl_active"]) + int(pool["cl_waiting"]), int(pool["sv_active"])
        return 0, 0

    def _servers(self) -> set[str]:
        """The pids of the pool's servers, but those that are just logging in."""
        rows = [row for row in self.console.query("show servers") if row["database"] == self.proxied.name]
        return {row["remote_pid"] for row in rows} - {"0"}

    def _pool_in_between(self) -> list[str]:
        """No server may be in use: the script's session is there, but outside a transaction."""
        time.sleep(ARRIVAL)
        with self._movers_stopped():
            return [] if self._is_idle(False) else ["pool: a session that needs no server keeps one"]

    def _pool_at_rest(self, servers: set[str], fatal: bool) -> list[str]:
        """No server may be in use, and none be lost. A pool that does not come to rest is emptied."""
        with self._movers_stopped():
            if not self._is_idle(True):
                self._empty_pool()
                return ["pool: servers are still in use"]
            gone = servers - self._servers()
            lost = (
                self.lost + fatal
            )  # PostgreSQL has ended one itself; the pooler may notice it a script later
            excused = min(lost, len(gone))
            self.lost = lost - excused if fatal else 0
            thrown = len(gone) - excused
            return [f"pool: {thrown} servers have been thrown away"] if thrown else []

    @contextmanager
    def _movers_stopped(self) -> Iterator[None]:
        for mover in self.movers:
            mover.lock.acquire()
        try:
            yield
        finally:
            for mover in self.movers:
                mover.lock.release()

    def _is_idle(self, alone: bool) -> bool:
        """Waits until no server is in use and, if `alone`, no client but the movers is there."""
        end = time.monotonic() + patience.pool
        while time.monotonic() < end:
            clients, servers = self._pool()
            if not servers and (not alone or clients <= len(self.movers)):
                return True
            time.sleep(0.002)
        return False

    def _empty_pool(self) -> None:
        for mover in self.movers:
            if mover.connection:
                mover.connection.abandon()
            mover.connection = None
        self.console.query(f"kill {self.proxied.name}")
        self.console.query(f"resume {self.proxied.name}")
        time.sleep(0.3)


def _fatal(replies: list[Message]) -> bool:
    return (
        bool(replies)
        and replies[-1].type == EOF
        and any(r.type == "E" and error_fields(r.body).get("V") != "ERROR" for r in replies)
    )


def _difference(direct: list[dict], proxied: list[dict]) -> str:
    lines = [f"\n    only directly: {row}" for row in direct if row not in proxied]
    return "".join(lines + [f"\n    only through the pooler: {row}" for row in proxied if row not in direct])

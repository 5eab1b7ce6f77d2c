"""The servers of a run: a PostgreSQL, a pgBouncer 1.18 in transaction mode and one in session mode, and what is in front."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from typing import Iterator

from bench.servers.targets import Target
from tests.integration.relay.haproxy import HAProxy
from tests.integration.support.daemon import Daemon
from tests.integration.support.stack import PgBouncer, Postgres, Sidecar, binary

POOL = 40  # not less than the clients of any load: pgbench -M prepared hangs where a transaction waits for a server
SCALE = 10  # of pgbench's tables; the scripts of the loads know it
CONNECTIONS = 6000
DESCRIPTORS = 4 * CONNECTIONS
SIDECAR = {
    "PGSIDECAR_UPSTREAM_TLS_MODE": "disable",
    "PGSIDECAR_WORKERS": "1",
    "PGSIDECAR_MAX_CONNECTIONS": str(CONNECTIONS),
    "PGSIDECAR_MAX_HALF_OPEN": str(CONNECTIONS),
}


class Servers:
    """Everything listens on 127.0.0.1, and ends with the context. `against` is another pgsidecar program to compare."""

    def __init__(self, against: str | None = None) -> None:
        allow_descriptors(DESCRIPTORS)
        self._started = contextlib.ExitStack()
        self.postgres = Postgres(
            settings={"shared_buffers": "256MB", "max_wal_size": "4GB", "autovacuum": "off"}
        )
        self.transactions = self._pooler("transaction")
        self.sessions = self._pooler("session")
        self.haproxy = HAProxy(self.transactions.port, connections=CONNECTIONS)
        self.session_haproxy = HAProxy(self.sessions.port, connections=CONNECTIONS)
        self.splicing_haproxy = HAProxy(
            self.transactions.port, connections=CONNECTIONS, defaults="option splice-auto"
        )
        self._programs = {"pgsidecar": None} | ({f"pgsidecar {against}": against} if against else {})
        self._sidecars = self.new_sidecars()

    def __enter__(self) -> Servers:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.running(self.postgres))
            pgbench = [binary("pgbench"), "-h", "127.0.0.1", "-p", str(self.postgres.port), "-U", "postgres"]
            subprocess.run(
                [*pgbench, "-i", "-q", "-s", str(SCALE), "postgres"],
                check=True,
                timeout=120,
                capture_output=True,
            )
            for pooler in (self.transactions, self.sessions):
                stack.enter_context(self.running(pooler))
                pooler.keep_rotating()
            for hop in (self.haproxy, self.session_haproxy, self.splicing_haproxy, *self._sidecars.values()):
                stack.enter_context(self.running(hop))
            self._started = stack.pop_all()
        return self

    def __exit__(self, *error) -> None:
        self._started.close()

    @staticmethod
    @contextlib.contextmanager
    def running(daemon: Daemon) -> Iterator[Daemon]:
        try:
            daemon.start()
            yield daemon
        finally:
            daemon.remove()

    def new_sidecars(self) -> dict[str, Sidecar]:
        """One of each program, in front of the pooler in transaction mode."""
        port = self.transactions.port
        return {name: self.new_sidecar(port, program) for name, program in self._programs.items()}

    @staticmethod
    def new_sidecar(upstream: int, program: str | None = None, **config: str) -> Sidecar:
        """`config` are keys in the form that environment variables have: result_shape_check="off"."""
        variables = {f"PGSIDECAR_{key.upper()}": value for key, value in config.items()}
        return Sidecar(upstream, program, SIDECAR | variables)

    def direct(self) -> Target:
        return Target("PostgreSQL", self.postgres.port, {"postgres": self.postgres})

    def behind(self, name: str, hop: str | None, daemon: Daemon, pooler: PgBouncer | None = None) -> Target:
        """`daemon` in front of a pooler (of the one in transaction mode), or the pooler itself."""
        pooler = pooler or self.transactions
        hops = {hop: daemon} if hop else {}
        return Target(name, daemon.port, hops | {"pgbouncer": pooler, "postgres": self.postgres}, hop)

    def ours(self) -> Target:
        return self.behind("pgsidecar", "pgsidecar", self._sidecars["pgsidecar"])

    def peers(self) -> list[Target]:
        """Those that are compared."""
        return [
            self.direct(),
            self.behind("pgBouncer", None, self.transactions),
            self.behind("HAProxy", "haproxy", self.haproxy),
            *(self.behind(name, "pgsidecar", sidecar) for name, sidecar in self._sidecars.items()),
        ]

    def peers_with_names(self) -> list[Target]:
        """The same for clients that prepare statements under names: pgBouncer 1.18 carries them in session mode only.
        pgsidecar stands in front of the one in transaction mode."""
        direct, _, _, *sidecars = self.peers()
        return [
            direct,
            self.behind("pgBouncer", None, self.sessions, self.sessions),
            self.behind("HAProxy", "haproxy", self.session_haproxy, self.sessions),
            *sidecars,
        ]

    def _pooler(self, mode: str) -> PgBouncer:
        return PgBouncer(
            self.postgres,
            POOL,
            settings={"pool_mode": mode, "max_client_conn": 2 * CONNECTIONS, "listen_backlog": 4096},
        )


def allow_descriptors(wanted: int) -> None:
    """For this process and what it starts. Root may raise the hard limit, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        with contextlib.suppress(ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))

"""A real stack for tests: PostgreSQL, a pgBouncer in transaction mode that really rotates, and pgsidecar in front.

    with Stack() as stack:
        connect(stack.dsn("sidecar"))

`python3 -m tests.integration.support.stack` starts one and keeps it; `--check` shows that the pooler rotates.
"""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Iterator, Literal

from .daemon import Daemon, StackError, accepts, describe_status, wait_until
from .simple_client import ServerError, SimpleClient

__all__ = ["Postgres", "PgBouncer", "Sidecar", "Stack", "StackError", "SimpleClient", "ServerError",
           "rotating_pooler"]

ROOT = Path(__file__).resolve().parents[3]
ANY_HOST = ("0.0.0.0", "[::]", "*")
FILL_LIMIT = 30.0  # seconds until a pool has all of its servers
FILL_ATTEMPTS = 3

Via = Literal["postgres", "pgbouncer", "sidecar"]


class Postgres(Daemon):
    """A throwaway cluster; `hba` replaces pg_hba.conf (default: trust), `settings` add to postgresql.conf."""

    stop_signal = signal.SIGINT  # fast shutdown
    defaults = {"fsync": "off", "max_connections": "300", "max_prepared_transactions": "10", "shared_buffers": "64MB"}

    def __init__(self, directory: Path | None = None, port: int | None = None, hba: str | None = None,
                 settings: dict[str, str] = {}):
        super().__init__("postgres", directory, port, unprivileged=True)
        self.hba = hba
        self.settings = self.defaults | settings

    @property
    def dsn(self) -> str:
        return make_dsn(self.port)

    def start(self) -> None:
        data = self.directory / "data"
        if not data.exists():
            self._initialise(data)
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1",
                   "unix_socket_directories": str(self.directory)} | self.settings
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self._start_process([binary("postgres"), "-D", str(data), *arguments], lambda: answers(self.port))

    def psql(self, sql: str, database: str = "postgres") -> str:
        return self.run([binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                         "-U", "postgres", "-d", database, "-c", sql]).rstrip("\n")

    def _initialise(self, data: Path) -> None:
        self.run([binary("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync"])
        if self.hba is not None:
            (data / "pg_hba.conf").write_text(self.hba)


class PgBouncer(Daemon):
    """pgBouncer in transaction mode with `pool_size` servers for each database and user, used strictly in turn.

    Every role of the server may log in, without a password. $PGSIDECAR_PGBOUNCER names another program than Debian's.
    """

    def __init__(self, postgres: Postgres, pool_size: int = 3, directory: Path | None = None,
                 port: int | None = None, settings: dict[str, str | int] = {}):
        super().__init__("pgbouncer", directory, port, unprivileged=True)
        self.pool_size = pool_size
        self._postgres_port = postgres.port
        self._settings = settings
        self._kept_open: dict[tuple[str, str], SimpleClient] = {}

    def start(self) -> None:
        configuration = self.directory / "pgbouncer.ini"
        configuration.write_text(self._configuration())
        (self.directory / "users.txt").write_text('"postgres" ""\n')
        self._start_process([pgbouncer_program(), str(configuration)], lambda: accepts(self.port))

    def stop(self) -> int | None:
        self._close_kept_open()
        return super().stop()

    def kill(self) -> None:
        self._close_kept_open()
        super().kill()

    def restart(self) -> None:
        """The pools that were kept rotating rotate again."""
        pools = list(self._kept_open)
        super().restart()
        for database, user in pools:
            self.keep_rotating(database, user)

    @staticmethod
    def version() -> str:
        """"1.18.0"; the program's word, since the console has none that a query could read in every version."""
        said = subprocess.run([pgbouncer_program(), "--version"], capture_output=True, text=True).stdout.split()
        return said[1] if len(said) > 1 else ""

    def admin(self, sql: str) -> list[dict[str, str | None]]:
        """Asks the admin console."""
        self.check()
        try:
            with SimpleClient(self.port, database="pgbouncer") as console:
                return console.query(sql)
        except (OSError, ConnectionError):
            self.check()
            raise

    def keep_rotating(self, database: str = "postgres", user: str = "postgres") -> None:
        """Keeps one idle client connected, without which a pool never fills, and fills the pool."""
        if (database, user) not in self._kept_open:
            self._kept_open[database, user] = SimpleClient(self.port, user, database)
        self._fill(database, user, set())

    def release(self, database: str = "postgres", user: str = "postgres") -> None:
        """Ends `keep_rotating`, for a database that is to be dropped."""
        kept = self._kept_open.pop((database, user), None)
        if kept:
            kept.close()

    def reconnect(self) -> None:
        """Replaces all servers: no prepared statement of an earlier program is left on any of them."""
        old = {server["remote_pid"] for server in self.admin("SHOW SERVERS")}
        self.admin("RECONNECT")
        for database, user in self._kept_open:
            self._fill(database, user, old)

    def cancel_requests(self, database: str) -> int:
        """Those that are on their way to a server of the database, and the servers that wait for them."""
        return self.count("cl_active_cancel_req", "cl_waiting_cancel_req", "sv_active_cancel", "sv_being_canceled",
                          database=database)

    def active_servers(self, database: str | None = "postgres") -> int:
        """Servers linked to a client or being tested, of one database or (None) of all."""
        return self.count("sv_active", "sv_tested", database=database)

    def count(self, *columns: str, database: str | None = None) -> int:
        """The sum of these columns of SHOW POOLS, of one database or of all."""
        pools = [pool for pool in self.admin("SHOW POOLS") if database in (None, pool["database"])]
        return sum(int(pool[column] or 0) for pool in pools for column in columns)

    def _fill(self, database: str, user: str, old: set[str | None]) -> None:
        """As many transactions at once as the pool has servers; left alone it gets one server in 0.3 s."""

        def servers() -> list[dict[str, str | None]]:
            return [server for server in self.admin("SHOW SERVERS")
                    if (server["database"], server["user"]) == (database, user)]

        def full() -> bool:
            pids = {server["remote_pid"] for server in servers()}
            return len(pids) == self.pool_size and not pids & old

        for _ in range(FILL_ATTEMPTS):  # a server that another client has just left may be about to close
            clients = [SimpleClient(self.port, user, database, FILL_LIMIT) for _ in range(self.pool_size)]
            for statement in ("BEGIN", "COMMIT"):
                for client in clients:
                    client.send(statement)
                for client in clients:
                    client.receive()
            for client in clients:
                client.close()
            with contextlib.suppress(TimeoutError):
                return wait_until(full, "", FILL_LIMIT / FILL_ATTEMPTS, self.check)
        raise TimeoutError(f"waited {FILL_LIMIT:.0f} s for {self.pool_size} servers in the pool of {database} without "
                           f"{sorted(map(str, old))}, there are {servers()}")

    def _close_kept_open(self) -> None:
        for client in self._kept_open.values():
            client.close()
        self._kept_open = {}

    def _configuration(self) -> str:
        settings = {
            "listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": self.directory,
            "auth_type": "trust", "auth_file": self.directory / "users.txt", "auth_user": "postgres",
            "auth_query": "SELECT usename, coalesce(passwd, '') FROM pg_shadow WHERE usename = $1",
            "admin_users": "postgres",
            "pool_mode": "transaction", "default_pool_size": self.pool_size, "min_pool_size": self.pool_size,
            "server_round_robin": 1,
            # an idle server that has to be checked, or is closed, leaves the ring, and one server serves everybody
            "server_check_delay": 86400, "server_idle_timeout": 0, "server_lifetime": 86400,
            "max_client_conn": 2000, "listen_backlog": 512, "log_connections": 0,
        } | self._settings
        lines = [f"{name} = {value}" for name, value in settings.items()]
        database = f"* = host=127.0.0.1 port={self._postgres_port}"
        return "\n".join(["[databases]", database, "[pgbouncer]", *lines, ""])


class Sidecar(Daemon):
    """One proxy in front of 127.0.0.1:`upstream_port`.

    The program is `binary`, else $PGSIDECAR_BIN, else that of build/release or build; `config` are PGSIDECAR_…
    environment variables. $PGSIDECAR_REFERENCE names a Python program to run in its place, with the two ports.
    """

    def __init__(self, upstream_port: int, binary: str | None = None, config: dict[str, str] = {},
                 args: list[str] = [], port: int | None = None, host: str = "127.0.0.1"):
        super().__init__("pgsidecar", None, port, unprivileged=False)
        self._upstream_port = upstream_port
        self._host = host
        self._binary = binary
        self._config = config
        self._args = args

    def start(self) -> None:
        host = "127.0.0.1" if self._host in ANY_HOST else self._host
        self._start_process(self._command(), lambda: accepts(self.port, host), self._environment())

    def _environment(self) -> dict[str, str]:
        ours = ("PGSIDECAR_BIN", "PGSIDECAR_REFERENCE", "PGSIDECAR_PGBOUNCER")  # which look like keys of its configuration
        at_once = {"PGSIDECAR_DRAIN_TIMEOUT": "0"}  # what a test has left open would be waited for
        return {name: value for name, value in os.environ.items() if name not in ours} | at_once | self._config

    def _command(self) -> list[str]:
        reference = os.environ.get("PGSIDECAR_REFERENCE")
        if reference and not self._binary:
            return [sys.executable, reference, str(self.port), str(self._upstream_port)]
        return [self._binary or sidecar_binary(), "--listen", f"{self._host}:{self.port}",
                "--upstream", f"127.0.0.1:{self._upstream_port}", *self._args]


@contextlib.contextmanager
def rotating_pooler(postgres: Postgres, pool_size: int = 3) -> Iterator[PgBouncer]:
    pooler = PgBouncer(postgres, pool_size)
    try:
        pooler.start()
        pooler.keep_rotating()
        yield pooler
    finally:
        pooler.remove()


class Stack:
    """All three, started and stopped as a context manager; pgsidecar connects to `upstream`."""

    def __init__(self, pool_size: int = 3, config: dict[str, str] = {}, args: list[str] = [],
                 sidecar_port: int | None = None, host: str = "127.0.0.1",
                 postgres_settings: dict[str, str] = {}, pgbouncer_settings: dict[str, str | int] = {},
                 upstream: Via = "pgbouncer"):
        self.postgres = Postgres(settings=postgres_settings)
        self.pgbouncer = PgBouncer(self.postgres, pool_size, settings=pgbouncer_settings)
        self.sidecar = Sidecar(self.port(upstream), config=config, args=args, port=sidecar_port,
                               host=host)

    def __enter__(self) -> Stack:
        try:
            self.postgres.start()
            self.pgbouncer.start()
            self.pgbouncer.keep_rotating()
            self.sidecar.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, error_type, *_) -> None:
        status = self.sidecar.stop()
        tail = self.sidecar.log_tail()
        self._remove()
        if status not in (0, None, -signal.SIGTERM) and error_type is None:
            raise StackError(f"pgsidecar {describe_status(status)}; the end of its log:\n{tail}")

    def check(self) -> None:
        """Raises when one of the three is not running."""
        for daemon in self._all():
            daemon.check()

    def port(self, via: Via) -> int:
        return getattr(self, via).port

    def dsn(self, via: Via, database: str = "postgres", user: str = "postgres", scheme: str = "postgresql") -> str:
        return make_dsn(self.port(via), database, user, scheme)

    def _all(self) -> list[Daemon]:
        return [self.postgres, self.pgbouncer, self.sidecar]

    def _remove(self) -> None:
        for daemon in reversed(self._all()):
            daemon.remove()


def make_dsn(port: int, database: str = "postgres", user: str = "postgres", scheme: str = "postgresql") -> str:
    return f"{scheme}://{user}@127.0.0.1:{port}/{database}"


def answers(port: int) -> bool:
    try:
        with SimpleClient(port, timeout=5) as client:
            client.query("SELECT 1")
        return True
    except (OSError, ServerError):
        return False


def binary(name: str) -> str:
    """A program of PostgreSQL 15, or of the version in $PG_BINDIR, which may come without psql."""
    path = Path(os.environ.get("PG_BINDIR", "/usr/lib/postgresql/15/bin")).resolve() / name
    if not path.exists():
        if name == "psql":
            return program(name)
        raise StackError(f"{path} does not exist: install the Debian package postgresql-15 or set PG_BINDIR")
    return str(path)


def program(name: str) -> str:
    """Debian keeps servers in /usr/sbin, which is not on every user's PATH."""
    for folder in [*os.environ.get("PATH", "").split(":"), "/usr/sbin"]:
        if os.access(Path(folder) / name, os.X_OK):
            return str(Path(folder) / name)
    raise StackError(f"{name} is not installed: install the Debian package {name}")


def pgbouncer_program() -> str:
    return os.environ.get("PGSIDECAR_PGBOUNCER") or program("pgbouncer")


def sidecar_binary() -> str:
    candidates = [os.environ.get("PGSIDECAR_BIN"), ROOT / "build/release/pgsidecar", ROOT / "build/pgsidecar"]
    for path in filter(None, candidates):
        if os.access(path, os.X_OK):
            return str(path)
    raise StackError("no pgsidecar program: build it (cmake -S . -B build && cmake --build build) or set PGSIDECAR_BIN")


if __name__ == "__main__":
    from .command_line import main

    sys.exit(main())

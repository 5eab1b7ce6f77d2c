"""What the files in deploy/ start in containers, started on this machine."""
from __future__ import annotations

import asyncio
import contextlib
from typing import Iterator

import asyncpg

from tests.integration.support.daemon import Daemon, accepts
from tests.integration.support.stack import Postgres, program as installed

from .tools import DEPLOY, environment, program

FOLDER = DEPLOY / "compose/pgbouncer"
HBA = "local all all trust\nhost all postgres all trust\nhost all all all scram-sha-256\n"
CLIENTS = 3


class Pooler(Daemon):
    """pgBouncer with the files of deploy/compose."""

    def __init__(self, postgres: Postgres):
        super().__init__("pgbouncer", None, None, unprivileged=True)
        self._postgres = postgres

    def start(self) -> None:
        text = (FOLDER / "pgbouncer.ini").read_text()
        for there, here in (("host=postgres port=5432", f"host=127.0.0.1 port={self._postgres.port}"),
                            ("listen_addr = 0.0.0.0", "listen_addr = 127.0.0.1"),
                            ("listen_port = 6432", f"listen_port = {self.port}"),
                            ("/etc/pgbouncer", str(self.directory))):
            assert there in text
            text = text.replace(there, here)
        (self.directory / "pgbouncer.ini").write_text(text)
        (self.directory / "userlist.txt").write_text((FOLDER / "userlist.txt").read_text())
        command = [installed("pgbouncer"), str(self.directory / "pgbouncer.ini")]
        self._start_process(command, lambda: accepts(self.port))


class Proxy(Daemon):
    """pgsidecar, as it is configured there."""

    def __init__(self, arguments: list[str] = [], variables: dict[str, str] = {}):
        super().__init__("pgsidecar", None, None, unprivileged=False)
        self._arguments = [*arguments, "--listen", f"127.0.0.1:{self.port}"]
        self._variables = variables

    def start(self) -> None:
        self._start_process([program(), *self._arguments], lambda: accepts(self.port), environment(**self._variables))


@contextlib.contextmanager
def running(*daemons: Daemon) -> Iterator[None]:
    try:
        for daemon in daemons:
            daemon.start()
        yield
    finally:
        for daemon in reversed(daemons):
            daemon.remove()


@contextlib.contextmanager
def pooler_of_compose() -> Iterator[Pooler]:
    """With its PostgreSQL, both with scram-sha-256; user app, password secret, database shop."""
    postgres = Postgres(hba=HBA)
    with running(postgres):
        postgres.psql("CREATE ROLE app SUPERUSER LOGIN PASSWORD 'secret'")
        postgres.psql("CREATE DATABASE shop")
        pooler = Pooler(postgres)
        with running(pooler):
            yield pooler


def statements_survive(url: str) -> bool:
    """The same prepared statement in three connections, each time on another server."""
    async def ask() -> list[int]:
        connections = [await asyncpg.connect(url) for _ in range(CLIENTS)]
        try:
            return [await connection.fetchval("SELECT $1::int + 1", number)
                    for number in range(10) for connection in connections]
        finally:
            for connection in connections:
                await connection.close()

    return asyncio.run(ask()) == [number + 1 for number in range(10) for _ in range(CLIENTS)]

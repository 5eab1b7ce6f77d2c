"""The compose file: valid, and its pooler's and pgsidecar's settings tried on this machine.

What is not run is Docker: pulling and building the images, their network and their volumes.
"""
from __future__ import annotations

import asyncio
import re

import asyncpg
import pytest
import yaml

from tests.integration.support.daemon import Daemon, accepts
from tests.integration.support.stack import Postgres, program as server_program

from .tools import DEPLOY, check_configuration, environment, program, run, tool

FOLDER = DEPLOY / "compose"
HBA = "local all all trust\nhost all postgres all trust\nhost all all all scram-sha-256\n"


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((FOLDER / "docker-compose.yaml").read_text())["services"]


class Pooler(Daemon):
    """pgBouncer with the files of the folder, here."""

    def __init__(self, postgres: Postgres):
        super().__init__("pgbouncer", None, None, unprivileged=True)
        self._postgres = postgres

    def start(self) -> None:
        text = (FOLDER / "pgbouncer/pgbouncer.ini").read_text()
        text = text.replace("host=postgres port=5432", f"host=127.0.0.1 port={self._postgres.port}")
        text = text.replace("listen_addr = 0.0.0.0", "listen_addr = 127.0.0.1")
        text = text.replace("listen_port = 6432", f"listen_port = {self.port}")
        text = text.replace("/etc/pgbouncer", str(self.directory))
        (self.directory / "pgbouncer.ini").write_text(text)
        (self.directory / "userlist.txt").write_text((FOLDER / "pgbouncer/userlist.txt").read_text())
        command = [server_program("pgbouncer"), str(self.directory / "pgbouncer.ini")]
        self._start_process(command, lambda: accepts(self.port))


class Proxy(Daemon):
    """pgsidecar with the variables of its service, here."""

    def __init__(self, variables: dict[str, str], pooler: Pooler):
        super().__init__("pgsidecar", None, None, unprivileged=False)
        self._variables = variables | {"PGSIDECAR_UPSTREAM_ADDRESS": f"127.0.0.1:{pooler.port}",
                                       "PGSIDECAR_LISTEN": f"127.0.0.1:{self.port}",
                                       "PGSIDECAR_ADMIN_LISTEN": ""}

    def start(self) -> None:
        self._start_process([program()], lambda: accepts(self.port), environment(**self._variables))


@pytest.fixture(scope="module")
def started(services):
    postgres = Postgres(hba=HBA)
    pooler = Pooler(postgres)
    proxy = Proxy(services["pgsidecar"]["environment"], pooler)
    try:
        postgres.start()
        settings = services["postgres"]["environment"]
        postgres.psql(f"CREATE ROLE {settings['POSTGRES_USER']} SUPERUSER LOGIN PASSWORD '{settings['POSTGRES_PASSWORD']}'")
        postgres.psql(f"CREATE DATABASE {settings['POSTGRES_DB']}")
        pooler.start()
        proxy.start()
        yield proxy
    finally:
        for daemon in (proxy, pooler, postgres):
            daemon.remove()


def test_file_is_valid():
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", FOLDER / "docker-compose.yaml")


def test_pgsidecar_takes_its_variables(services, tmp_path):
    check_configuration("{}", tmp_path, **services["pgsidecar"]["environment"])


def test_built_folders_have_dockerfiles(services):
    for service in services.values():
        if "build" in service:
            build = {"dockerfile": "Dockerfile"} | ({"context": service["build"]} if isinstance(service["build"], str)
                                                    else service["build"])
            assert (FOLDER / build["context"] / build["dockerfile"]).is_file()


def test_nothing_is_open_to_the_network(services):
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service.get("ports", []))


def test_url_of_the_comment_works(started):
    """As the comment at the head says it, with SCRAM and asyncpg's statement cache."""
    (url,) = re.findall(r"through pgsidecar\s+(\S+),", (FOLDER / "docker-compose.yaml").read_text())

    async def ask() -> list[int]:
        connections = [await asyncpg.connect(url.replace(":6432/", f":{started.port}/")) for _ in range(3)]
        try:
            return [await connection.fetchval("SELECT $1::int + 1", number)
                    for number in range(10) for connection in connections]
        finally:
            for connection in connections:
                await connection.close()

    assert asyncio.run(ask()) == [number + 1 for number in range(10) for _ in range(3)]

"""Passwords pass through, by whatever method the server asks for them, with the drivers' own code on the client's side."""
from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.integration.drivers.versions import installed
from tests.integration.relay.raw_client import RawClient, message, startup_packet
from tests.integration.support.stack import PgBouncer, Postgres

pytestmark = pytest.mark.timeout(180)

PASSWORD = "pass wörd " + "x" * 200
HBA = """
host all trusted  127.0.0.1/32 trust
host all postgres 127.0.0.1/32 trust
host all clear    127.0.0.1/32 password
host all md5      127.0.0.1/32 md5
host all scram    127.0.0.1/32 scram-sha-256
"""
ROLES = """
CREATE ROLE trusted LOGIN;
CREATE ROLE clear LOGIN PASSWORD '{0}';
SET password_encryption = 'md5';
CREATE ROLE md5 LOGIN PASSWORD '{0}';
SET password_encryption = 'scram-sha-256';
CREATE ROLE scram LOGIN PASSWORD '{0}';
"""

PSYCOPG = """
import psycopg, sys
with psycopg.connect(host="127.0.0.1", port=int(sys.argv[1]), user=sys.argv[2], password=sys.argv[3], dbname="postgres") as c:
    print(c.execute("SELECT current_user, %s::int", [42]).fetchone())
"""
ASYNCPG = """
import asyncio, asyncpg, sys
async def main():
    c = await asyncpg.connect(host="127.0.0.1", port=int(sys.argv[1]), user=sys.argv[2], password=sys.argv[3], database="postgres")
    print(tuple(await c.fetchrow("SELECT current_user, $1::int", 42)))
    await c.close()
asyncio.run(main())
"""
DRIVERS = {"psycopg-3.3": PSYCOPG, "asyncpg-0.30": ASYNCPG}


@pytest.fixture(scope="module")
def guarded_postgres():
    server = Postgres(hba=HBA)
    server.start()
    server.psql(ROLES.format(PASSWORD))
    yield server
    server.remove()


@pytest.fixture(scope="module", params=["md5", "scram-sha-256"])
def guarded_pgbouncer(request, guarded_postgres):
    """Asks clients itself; logs in to the server as a role that is trusted."""
    user = {"md5": "md5", "scram-sha-256": "scram"}[request.param]
    pooler = PgBouncer(guarded_postgres, settings={"auth_type": request.param})
    pooler.start()
    yield pooler, user
    pooler.remove()


def run(driver: str, port: int, user: str, password: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(installed(driver)), "PGSSLMODE": "prefer"}
    command = [sys.executable, "-c", DRIVERS[driver], str(port), user, password]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user", ["trusted", "clear", "md5", "scram"])
def test_every_method_of_postgresql(start_proxy, guarded_postgres, driver, user):
    done = run(driver, start_proxy(f"127.0.0.1:{guarded_postgres.port}").port, user, PASSWORD)
    assert done.stdout == f"('{user}', 42)\n", done.stderr


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user", ["clear", "md5", "scram"])
def test_wrong_password_is_refused_by_the_server(start_proxy, guarded_postgres, driver, user):
    done = run(driver, start_proxy(f"127.0.0.1:{guarded_postgres.port}").port, user, "wrong")
    assert done.returncode != 0
    assert f'password authentication failed for user "{user}"' in done.stderr


@pytest.mark.parametrize("driver", DRIVERS)
def test_pgbouncer_asks_for_the_password(start_proxy, guarded_postgres, guarded_pgbouncer, driver):
    pooler, user = guarded_pgbouncer
    guarded_postgres.psql("SELECT 1")
    proxy = start_proxy(f"127.0.0.1:{pooler.port}")
    refused = run(driver, proxy.port, user, "wrong")
    assert refused.returncode != 0 and "authentication failed" in refused.stderr
    done = run(driver, proxy.port, user, PASSWORD)
    assert done.stdout == f"('{user}', 42)\n", done.stderr + pooler.log_tail()


def test_password_in_pieces_and_no_secret_in_the_log(start_proxy, guarded_postgres):
    proxy = start_proxy(f"127.0.0.1:{guarded_postgres.port}", log_level="trace")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "clear", "database": "postgres"}))
        assert client.read_message().body == b"\0\0\0\3"
        for byte in message("p", PASSWORD.encode() + b"\0"):
            client.send(bytes([byte]))
        assert client.read_until("Z").kinds[-1] == "Z"
        assert client.query("SELECT current_user").rows == [[b"clear"]]
    assert PASSWORD not in proxy.logged()


def test_query_in_place_of_a_password(start_proxy, guarded_postgres):
    with RawClient(start_proxy(f"127.0.0.1:{guarded_postgres.port}").port) as client:
        client.send(startup_packet({"user": "clear", "database": "postgres"}))
        client.read_message()
        client.send(message("Q", b"SELECT 1\0"))
        replies = client.read_to_end()
        assert [reply.error for reply in replies] == [
            ("FATAL", "08P01", "expected password response, got message type 81")]

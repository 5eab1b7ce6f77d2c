"""The servers that all other integration tests rely on."""
import os
import signal
import socket
from pathlib import Path

import pytest

from .command_line import backend_pids, rotates
from .daemon import free_port, wait_until
from .simple_client import ServerError, SimpleClient
from .stack import PgBouncer, Postgres, StackError, rotating_pooler


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def pgbouncer(postgres):
    with rotating_pooler(postgres) as pooler:
        yield pooler


def test_each_query_meets_the_next_server(pgbouncer):
    assert rotates(backend_pids(pgbouncer.port), pgbouncer.pool_size)


def test_a_pool_of_one_server_does_not_count_as_rotating():
    assert not rotates(["7", "7", "7"], 3)
    assert not rotates(["7", "8", "9", "9"], 3)
    assert rotates(["7", "8", "9", "7"], 3)


def test_reconnect_replaces_every_server(pgbouncer):
    before = set(backend_pids(pgbouncer.port))
    pgbouncer.reconnect()
    after = backend_pids(pgbouncer.port)
    assert not before & set(after)
    assert rotates(after, pgbouncer.pool_size)


def test_a_transaction_keeps_one_server(pgbouncer):
    assert pgbouncer.active_servers() == 0
    with SimpleClient(pgbouncer.port) as client:
        client.query("BEGIN")
        assert pgbouncer.active_servers() == 1
        client.query("COMMIT")
        assert pgbouncer.active_servers() == 0


def test_names_collide_in_the_bare_pooler(pgbouncer):
    pgbouncer.reconnect()
    with SimpleClient(pgbouncer.port) as client:
        for _ in range(pgbouncer.pool_size):
            client.query("PREPARE one AS SELECT 1")
        with pytest.raises(ServerError) as error:
            client.query("PREPARE one AS SELECT 1")
    assert error.value.fields["C"] == "42P05"


def test_other_roles_may_log_in(postgres, pgbouncer):
    postgres.psql("CREATE ROLE reader LOGIN")
    with SimpleClient(pgbouncer.port, user="reader") as client:
        assert client.query("SELECT current_user AS name") == [{"name": "reader"}]


def test_psql_reports_the_servers_error(postgres):
    assert postgres.psql("SELECT 1, NULL, 'a'") == "1||a"
    with pytest.raises(StackError, match="nosuch"):
        postgres.psql("SELECT nosuch")


def test_a_dead_pooler_is_reported_with_its_log(postgres):
    pooler = PgBouncer(postgres)
    pooler.start()
    os.kill(pooler.pid, signal.SIGABRT)
    with pytest.raises(StackError, match="(?s)SIGABRT.*process up"):
        wait_until(lambda: False, "its end", 10, pooler.check)
    pooler.stop()
    pooler.start()
    assert pooler.admin("SHOW VERSION")[0]["version"].startswith("PgBouncer")
    pooler.remove()
    assert not pooler.directory.exists()


def test_a_server_that_cannot_start_says_why(postgres):
    pooler = PgBouncer(postgres, settings={"pool_mode": "nonsense"})
    with pytest.raises(StackError, match="nonsense|pool_mode"):
        pooler.start()
    pooler.remove()


def test_nobody_who_connects_is_given_a_port_that_is_free_for_a_server():
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not any(first <= free_port() <= last for _ in range(20))


def test_a_port_that_has_been_given_is_not_given_to_others():
    port = free_port()
    with socket.socket(socket.AF_UNIX) as other, pytest.raises(OSError):
        other.bind(f"\0pgsidecar-test-port-{port}")

"""Several upstream addresses: in order, those that have failed lately last, names looked up anew, rounds of attempts."""
from __future__ import annotations

import functools
import socket
import struct
import subprocess

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import SSL_REQUEST, RawClient, message, query, ready, startup_packet
from tests.integration.relay.test_cancel import KEY, cancel_packet, played_session
from tests.integration.relay.test_upstream import login_errors
from tests.integration.relay.upstreams import accept, deaf_server, nobody_has_come, upstream_server
from tests.integration.support.daemon import free_port
from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import PgBouncer, binary

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def start_proxy(start_proxy):
    """Upstreams are played by the tests, without TLS."""
    return functools.partial(start_proxy, upstream_tls_mode="disable")


STARTUP = startup_packet({"user": "me"})


def address(server: socket.socket) -> str:
    return "{}:{}".format(*server.getsockname())


def reaches(proxy, server: socket.socket) -> None:
    """The next client comes to that server, and to no other before."""
    with RawClient(proxy.port) as client:
        client.send(STARTUP)
        with accept(server) as connection:
            assert connection.recv(100) == STARTUP


def test_first_address_is_used_while_it_answers(start_proxy):
    with upstream_server() as first, upstream_server() as second:
        proxy = start_proxy([address(first), address(second)])
        for _ in range(5):
            reaches(proxy, first)
        assert nobody_has_come(second)


@pytest.mark.parametrize("dead", ["refuses", "deaf", "unknown name", "no socket file"])
def test_next_address_is_used_when_one_fails(start_proxy, pgbouncer, dead, tmp_path):
    with deaf_server() as deaf:
        first = {"refuses": f"127.0.0.1:{free_port()}", "deaf": f"127.0.0.1:{deaf}",
                 "unknown name": "no-such-host.invalid:5432", "no socket file": f"unix:{tmp_path}/none"}[dead]
        proxy = start_proxy([first, f"127.0.0.1:{pgbouncer.port}"], upstream_connect_timeout="2s")
        for _ in range(3):
            with RawClient(proxy.port) as client:
                assert ready(client).query("SELECT 41 + 1").rows == [[b"42"]]
    if dead != "unknown name":
        assert proxy.logged().count("upstream address cannot be reached") == 1, "only one client has tried it"


def test_address_that_has_failed_is_tried_last_and_comes_back(start_proxy):
    port = free_port()
    with upstream_server() as second:
        proxy = start_proxy([f"127.0.0.1:{port}", address(second)])
        reaches(proxy, second)
        with upstream_server(port=port) as first:
            reaches(proxy, second)
            second.close()
            reaches(proxy, first)
            reaches(proxy, first)
    changes = [line for line in proxy.logged().splitlines() if "upstream address" in line]
    assert [f"127.0.0.1:{port}" in line for line in changes[:2]] == [True, False]
    assert "can be reached again" in changes[2] and f"127.0.0.1:{port}" in changes[2]
    assert len(changes) == 3


def test_all_that_fail_are_named(start_proxy):
    ports = free_port(), free_port()
    proxy = start_proxy([f"127.0.0.1:{port}" for port in ports])
    text = "; ".join(f"127.0.0.1:{port}: Connection refused" for port in ports)
    assert login_errors(proxy) == [("FATAL", "57P03", f"could not connect to upstream {text}")]


def test_upstream_that_comes_up_between_two_attempts(start_proxy):
    port = free_port()
    proxy = start_proxy(f"127.0.0.1:{port}", upstream_connect_attempts="10")
    with RawClient(proxy.port) as client:
        client.send(STARTUP)
        eventually(lambda: "upstream address cannot be reached" in proxy.logged(), "the first attempt has failed")
        with upstream_server(port=port) as server, accept(server) as connection:
            assert connection.recv(100) == STARTUP


def test_upstream_that_closes_is_not_failed_over(start_proxy):
    """As with libpq: it has taken the connection."""
    with upstream_server() as first, upstream_server() as second:
        proxy = start_proxy([address(first), address(second)])
        with RawClient(proxy.port) as client:
            client.send(STARTUP)
            accept(first).close()
            assert client.read_message().error[1] == "57P03"
        assert nobody_has_come(second)


@pytest.mark.parametrize("patience, outcome", [("60s", "served"), ("0s", "57P03")])
def test_new_session_waits_for_a_pooler_that_restarts(start_proxy, postgres, patience, outcome):
    """It is away for longer than the rounds of connect_attempts take."""
    pooler = PgBouncer(postgres)
    proxy = start_proxy(f"127.0.0.1:{pooler.port}", upstream_connect_patience=patience, upstream_connect_attempts="1")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "postgres", "database": "postgres"}))
        try:
            if outcome == "served":
                eventually(lambda: "upstream address cannot be reached" in proxy.logged(), "the first try has failed")
                pooler.start()
                assert client.read_until("Z").kinds.endswith("Z")
            else:
                assert client.read_to_end()[-1].error[1] == outcome
        finally:
            pooler.remove()


def test_pooler_that_goes_down_before_it_answers_is_waited_for(start_proxy):
    """Killed with the connection in its queue: closed at the SSLRequest."""
    with upstream_server() as server:
        proxy = start_proxy(address(server), upstream_tls_mode="prefer", upstream_connect_patience="60s")
        with RawClient(proxy.port) as client:
            client.send(STARTUP)
            accept(server).close()
            with accept(server) as connection:
                assert connection.recv(100) == SSL_REQUEST
                connection.sendall(b"N")
                assert connection.recv(100) == STARTUP


def test_pooler_that_goes_down_under_a_log_in(start_proxy):
    with upstream_server() as server:
        proxy = start_proxy(address(server))
        with RawClient(proxy.port) as client:
            client.send(STARTUP)
            with accept(server) as connection:
                assert connection.recv(100) == STARTUP
                connection.sendall(message("R", struct.pack("!i", 0)))
                assert client.read_message().kind == "R"
            assert client.read_message().error[:2] == ("FATAL", "57P03")


def run_libpq(program: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, env=clean_environment())


def test_pg_isready_tells_that_connections_are_rejected(start_proxy):
    proxy = start_proxy(f"127.0.0.1:{free_port()}")
    done = run_libpq(binary("pg_isready"), "-h", "127.0.0.1", "-p", str(proxy.port), "-t", "30")
    assert (done.returncode, "rejecting connections" in done.stdout) == (1, True), done.stdout


def test_libpq_goes_on_to_its_next_host(start_proxy, pgbouncer):
    away = start_proxy(f"127.0.0.1:{free_port()}", upstream_connect_patience="0s")
    there = start_proxy(f"127.0.0.1:{pgbouncer.port}")
    hosts = f"postgresql://postgres@127.0.0.1:{away.port},127.0.0.1:{there.port}/postgres"
    done = run_libpq("psql", "-X", "-At", "-c", "SELECT 41 + 1", hosts)
    assert done.stdout.strip() == "42", done.stderr


def test_login_timeout_bounds_all_attempts(start_proxy):
    with deaf_server() as port:
        proxy = start_proxy(f"127.0.0.1:{port}", upstream_connect_timeout="1h", upstream_connect_patience="1h",
                            login_timeout="300ms")
        before = proxy.idle_descriptors()
        assert [error[:2] for error in login_errors(proxy)] == [("FATAL", "57P03")]
        eventually(lambda: proxy.descriptors() <= before, "nothing is tried for a client that has gone")


def test_shutdown_does_not_wait_for_an_attempt(start_proxy):
    with deaf_server() as port:
        proxy = start_proxy(f"127.0.0.1:{port}", upstream_connect_timeout="1h", shutdown_timeout="1h")
        before = proxy.idle_descriptors()
        with RawClient(proxy.port) as client:
            client.send(STARTUP)
            eventually(lambda: proxy.descriptors() > before + 1, "it connects")
            proxy.signal()
            assert client.read_message().error[1] == "57P01"
        assert proxy.wait() == 0


def with_hosts_file(path) -> list[str]:
    """A command that runs another one with this file as /etc/hosts."""
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(path)]
    if subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here")
    return command


def test_name_is_looked_up_for_every_client(start_proxy, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 moving.test\n")
    with upstream_server("127.0.0.1") as first:
        port = first.getsockname()[1]
        with upstream_server("127.0.0.2", port) as second:
            proxy = start_proxy(f"moving.test:{port}", prefix=with_hosts_file(hosts))
            reaches(proxy, first)
            hosts.write_text("127.0.0.2 moving.test\n")
            reaches(proxy, second)
            assert nobody_has_come(first)


def test_every_address_of_a_name_is_tried(start_proxy, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.3 many.test\n127.0.0.2 many.test\n")
    with upstream_server("127.0.0.2") as server:
        proxy = start_proxy(f"many.test:{server.getsockname()[1]}", prefix=with_hosts_file(hosts))
        for _ in range(3):
            reaches(proxy, server)


def test_cancel_request_goes_to_the_address_that_its_session_uses(start_proxy, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.3 many.test\n127.0.0.2 many.test\n")
    with upstream_server("127.0.0.2") as second:
        port = second.getsockname()[1]
        proxy = start_proxy(f"many.test:{port}", prefix=with_hosts_file(hosts))
        with played_session(proxy.port, second) as (client, server):
            client.send(query("SELECT 1"))
            assert server.recv(100) == query("SELECT 1")
            with upstream_server("127.0.0.3", port) as first, RawClient(proxy.port) as messenger:
                messenger.send(cancel_packet(KEY))
                with accept(second) as canceller:
                    assert canceller.recv(100) == cancel_packet(KEY)
                assert messenger.read(1) == b""
                assert nobody_has_come(first)

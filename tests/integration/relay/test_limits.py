"""Limits: connections, descriptors, threads; and the ways to end."""
from __future__ import annotations

import os
import resource
import select
import signal
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.integration.admin.client import ask
from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import SSL_REQUEST, TERMINATE, RawClient, query, ready, startup_packet
from tests.integration.relay.sleepers import sleepers
from tests.integration.relay.upstreams import deaf_server, upstream_server
from tests.integration.support.daemon import accepts, free_port

pytestmark = pytest.mark.timeout(180)


def test_max_connections(start_proxy):
    proxy = start_proxy(max_connections="2")
    with RawClient(proxy.port) as one, RawClient(proxy.port) as two, RawClient(proxy.port) as three:
        key = one.start().of("K")[0].body
        ready(two)
        three.send(SSL_REQUEST)
        assert three.read(1) == b"N"
        three.send(startup_packet({"user": "postgres"}))
        assert [reply.error for reply in three.read_to_end()] == [("FATAL", "53300", "sorry, too many clients already")]
        with RawClient(proxy.port) as messenger:
            messenger.send(struct.pack("!ihh", 8 + len(key), 1234, 5678) + key)
            assert messenger.read(1) == b"", "a cancel request is always carried"
        assert one.query("SELECT 1").rows == [[b"1"]]

    def free_again() -> bool:
        with RawClient(proxy.port) as client:
            return client.start().kinds.endswith("Z")

    eventually(free_again, "the places are free again")


@pytest.mark.parametrize("goodbye", [TERMINATE, b"", b"Q\0\0\1\0SELECT", b"!\0\0\0\4", b"Q\0\0\0\1"])
def test_short_connections_leave_nothing(proxy, pgbouncer, goodbye):
    """300 of each kind: Terminate, just closed, a message left half, an unknown message, an impossible length."""
    before = proxy.idle_descriptors()

    def visit(_) -> None:
        with RawClient(proxy.port) as client:
            ready(client).send(goodbye)

    with ThreadPoolExecutor(8) as clients:
        list(clients.map(visit, range(300)))
    eventually(lambda: proxy.descriptors() <= before, "every descriptor is closed")


def test_workers_share_the_clients(start_proxy, pgbouncer):
    one, proxy = start_proxy(), start_proxy(workers="2")
    eventually(lambda: proxy.status("Threads") == one.status("Threads") + 1, "the second worker has a thread")

    def work(number: int) -> None:
        with RawClient(proxy.port) as client:
            ready(client)
            for i in range(30):
                assert client.query(f"SELECT {number} * 1000 + {i}").rows == [[str(number * 1000 + i).encode()]]

    with ThreadPoolExecutor(8) as clients:
        list(clients.map(work, range(16)))


def test_out_of_descriptors(proxy):
    """Clients beyond the limit wait in the backlog; the proxy neither ends nor spins, and serves on when it can."""
    limit = proxy.idle_descriptors() + 5
    resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, (limit, limit))
    crowd = [RawClient(proxy.port) for _ in range(20)]
    eventually(lambda: "cannot accept a client" in proxy.logged(), "the limit is met")
    lines = proxy.logged().count("cannot accept a client")
    for client in crowd:
        client.close()
    with RawClient(proxy.port) as client:
        errors = [reply.error[1] for reply in client.start().of("E")]
        assert errors in ([], ["57P03"])
    assert lines < 1000, "one at each try, with a pause between two"


def random_cancel() -> bytes:
    return struct.pack("!ihh", 16, 1234, 5678) + os.urandom(8)


def test_flood_of_cancel_requests_that_nobody_answers(start_proxy):
    """The pooler is stopped: it has got the first ones, and the rest are dropped."""
    with upstream_server() as stopped, ExitStack() as crowd:
        proxy = start_proxy("{}:{}".format(*stopped.getsockname()), upstream_tls_mode="disable",
                            max_cancel_requests="5", upstream_connect_timeout="1h")
        before = proxy.idle_descriptors()
        messengers = [crowd.enter_context(RawClient(proxy.port)) for _ in range(60)]
        for messenger in messengers:
            messenger.send(random_cancel())
        closed = select.poll()
        for messenger in messengers:
            closed.register(messenger.socket, select.POLLIN)
        eventually(lambda: len(closed.poll(0)) == 55, "all but five are closed")
        assert proxy.descriptors() <= before + 2 * 5


def test_oldest_cancel_request_is_pushed_out(start_proxy):
    """The pooler does not even take a connection."""
    with deaf_server() as port, ExitStack() as crowd:
        proxy = start_proxy(f"127.0.0.1:{port}", max_cancel_requests="5", upstream_connect_timeout="1h")
        before = proxy.idle_descriptors()
        messengers = [crowd.enter_context(RawClient(proxy.port)) for _ in range(20)]
        for messenger in messengers:
            messenger.send(random_cancel())
        for messenger in messengers[:15]:
            assert messenger.read(1) == b""
        eventually(lambda: proxy.descriptors() == before + 2 * 5, "the last ones wait")


@pytest.mark.parametrize("flood", ["cancel requests", "clients"])
def test_a_flood_leaves_descriptors_to_the_admin_interface(start_proxy, flood):
    admin = free_port()
    with upstream_server() as stopped, ExitStack() as crowd:
        proxy = start_proxy("{}:{}".format(*stopped.getsockname()), prefix=["prlimit", "--nofile=256:256"],
                            upstream_tls_mode="disable", max_cancel_requests="100000",
                            admin_listen=f"127.0.0.1:{admin}")
        eventually(lambda: "connections_that_fit=96" in proxy.logged(), "it is told")
        for _ in range(200):
            messenger = crowd.enter_context(RawClient(proxy.port))
            messenger.send(random_cancel() if flood == "cancel requests" else startup_packet({"user": "me"}))
        eventually(lambda: "cannot accept a client" in proxy.logged(), "the rest wait to be accepted")
        for _ in range(20):
            assert ask(admin, "/healthz").status == 200
            assert ask(admin, "/metrics").status == 200


def test_limit_of_open_files_is_raised_to_what_is_needed(start_proxy):
    proxy = start_proxy(prefix=["prlimit", "--nofile=64:4096"], max_connections="300", max_half_open="10")
    soft, hard = resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE)
    assert 2 * 300 < soft < hard == 4096
    assert "limit of open files" not in proxy.logged()


def test_sigterm_ends_idle_and_busy_clients(start_proxy, pgbouncer):
    proxy = start_proxy()
    with RawClient(proxy.port) as idle, RawClient(proxy.port) as busy, RawClient(proxy.port) as opening:
        ready(idle)
        ready(busy).send(query("SELECT pg_sleep(0.5)"))
        eventually(lambda: pgbouncer.active_servers() == 1, "the query runs")
        opening.send(SSL_REQUEST)
        assert opening.read(1) == b"N"
        proxy.signal()
        for client in (idle, busy, opening):
            errors = [reply.error for reply in client.read_to_end() if reply.kind == "E"]
            assert errors == [("FATAL", "57P01", "terminating connection due to administrator command")]
        assert not accepts(proxy.port)
        assert proxy.wait() == 0


def test_sigterm_when_nobody_is_there(start_proxy):
    """The workers end just when the time to drain is over."""
    for _ in range(40):
        proxy = start_proxy(drain_timeout="0s", shutdown_timeout="1h")
        proxy.signal()
        assert proxy.wait() == 0


def test_sigterm_undoes_what_is_open(start_proxy, pgbouncer, postgres):
    proxy = start_proxy()
    postgres.psql("CREATE TABLE IF NOT EXISTS shut_down_test (n int)")
    with RawClient(proxy.port) as client:
        ready(client).query("BEGIN")
        client.query("INSERT INTO shut_down_test VALUES (1)")
        proxy.signal()
        assert client.read_to_end()[-1].error[1] == "57P01"
    assert proxy.wait() == 0
    assert postgres.psql("SELECT count(*) FROM shut_down_test") == "0"


def test_shutdown_timeout_cuts_off_what_does_not_end(start_proxy, postgres):
    proxy = start_proxy(shutdown_timeout="200ms")
    with RawClient(proxy.port) as client:
        ready(client).send(query("SELECT pg_sleep(600)"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
        proxy.signal(signal.SIGINT)
        assert proxy.wait() == 0


def test_second_signal_ends_at_once(start_proxy, postgres):
    proxy = start_proxy(shutdown_timeout="1h")
    with RawClient(proxy.port) as client:
        ready(client).send(query("SELECT pg_sleep(600)"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
        proxy.signal()
        eventually(lambda: "shutting down" in proxy.logged(), "the first signal has been seen")
        proxy.signal()
        assert proxy.wait() == 128 + signal.SIGTERM


def test_leave_timeout_ends_the_session_of_a_client_that_has_gone(start_proxy, postgres):
    proxy = start_proxy(leave_timeout="300ms")
    before = proxy.idle_descriptors()
    with RawClient(proxy.port) as client:
        ready(client).send(query("SELECT pg_sleep(600)"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
    eventually(lambda: proxy.descriptors() <= before, "both connections are closed")

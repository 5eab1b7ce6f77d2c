"""An upstream that refuses, dies or closes: the client always gets one proper error, then the end."""
from __future__ import annotations

import socket

import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import RawClient, query, ready, startup_packet
from tests.integration.relay.sleepers import end_sleepers, sleepers
from tests.integration.relay.upstreams import deaf_server
from tests.integration.support.daemon import free_port
from tests.integration.support.stack import PgBouncer

pytestmark = pytest.mark.timeout(120)


def login_errors(proxy) -> list[tuple[str, str, str]]:
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "postgres"}))
        return [reply.error for reply in client.read_to_end()]


def test_upstream_that_refuses(start_proxy):
    nowhere = f"127.0.0.1:{free_port()}"
    text = f"could not connect to upstream {nowhere}: Connection refused"
    assert login_errors(start_proxy(nowhere)) == [("FATAL", "57P03", text)]


def test_unix_socket_that_is_not_there(start_proxy, tmp_path):
    text = f"could not connect to upstream unix:{tmp_path}/none: No such file or directory"
    assert login_errors(start_proxy(f"unix:{tmp_path}/none")) == [("FATAL", "57P03", text)]


def test_name_that_does_not_exist(start_proxy):
    errors = login_errors(start_proxy("no-such-host.invalid:5432", upstream_connect_timeout="2s"))
    assert [error[:2] for error in errors] == [("FATAL", "57P03")]
    assert errors[0][2].startswith("could not connect to upstream no-such-host.invalid:5432: ")


def test_upstream_that_does_not_answer(start_proxy):
    with deaf_server() as port:
        proxy = start_proxy(f"127.0.0.1:{port}", upstream_connect_timeout="300ms")
        text = f"could not connect to upstream 127.0.0.1:{port}: Connection timed out"
        assert login_errors(proxy) == [("FATAL", "57P03", text)]


@pytest.mark.parametrize("reply, sqlstate", [(b"", "57P03"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "08P01"),
                                             (b"R\0\0\0\x08\0\0\0\0", "57P03")])
def test_upstream_that_is_no_pooler(start_proxy, reply, sqlstate):
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = start_proxy(f"127.0.0.1:{server.getsockname()[1]}", upstream_tls_mode="disable")
        with RawClient(proxy.port) as client:
            client.send(startup_packet({"user": "me"}))
            upstream, _ = server.accept()
            upstream.recv(1000)
            upstream.sendall(reply)
            upstream.close()
            assert client.read_to_end()[-1].error[:2] == ("FATAL", sqlstate)


@pytest.fixture
def own_pgbouncer(postgres):
    pooler = PgBouncer(postgres)
    pooler.start()
    yield pooler
    pooler.remove()


def test_pooler_killed_under_a_query_and_under_an_idle_client(start_proxy, postgres, own_pgbouncer):
    proxy = start_proxy(f"127.0.0.1:{own_pgbouncer.port}")
    with RawClient(proxy.port) as busy, RawClient(proxy.port) as idle:
        ready(idle)
        ready(busy).send(query("SELECT pg_sleep(600)"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
        own_pgbouncer.kill()
        for client in (busy, idle):
            errors = [reply.error[:2] for reply in client.read_to_end().of("E")]
            assert errors == [("FATAL", "08006")]
    assert [error[:2] for error in login_errors(proxy)] == [("FATAL", "57P03")]
    own_pgbouncer.start()
    with RawClient(proxy.port) as client:
        assert ready(client).query("SELECT 1").rows == [[b"1"]]


def test_server_killed_under_a_query(proxy, postgres, pgbouncer):
    with RawClient(proxy.port) as client:
        ready(client).send(query("SELECT pg_sleep(600)"))
        eventually(lambda: sleepers(postgres) == 1, "the server sleeps")
        end_sleepers(postgres)
        errors = [reply.error[:2] for reply in client.read_to_end().of("E")]
        assert errors == [("FATAL", "57P01")], "what the server said; not pgBouncer's own behind it"

"""PROXY protocol v2: from a load balancer in front of the clients, and to one in front of the pooler."""
from __future__ import annotations

import functools
import os
import socket
import struct

import pytest

from tests.integration.relay.haproxy import HAProxy
from tests.integration.relay.proxy import eventually
from tests.integration.relay.proxy_header import (LOCAL, PROXY, TCP4, TCP6, UNIX, UNSPECIFIED, header, read_header,
                                                  tcp_header)
from tests.integration.relay.raw_client import SSL_REQUEST, RawClient, ready, startup_packet
from tests.integration.relay.test_cancel import cancel_packet, start_sleeping
from tests.integration.relay.upstreams import accept, upstream_server

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def start_proxy(start_proxy):
    """Upstreams are played by the tests, without TLS."""
    return functools.partial(start_proxy, upstream_tls_mode="disable")


@pytest.fixture
def behind_balancer(start_proxy):
    return start_proxy(proxy_protocol="v2")


def works(client: RawClient) -> bool:
    return ready(client).query("SELECT 41 + 1").rows == [[b"42"]]


@pytest.mark.parametrize("told, peer", [
    (tcp_header("192.0.2.1"), "192.0.2.1:50000"),
    (tcp_header("2001:db8::1", "2001:db8::2"), "[2001:db8::1]:50000"),
    (tcp_header("192.0.2.2", tlvs=b"\x04\0\x01?" + b"\xe0" + struct.pack("!H", 9000) + bytes(9000)), "192.0.2.2:50000"),
    (header(PROXY, UNIX, b"/from".ljust(108, b"\0") + b"/to".ljust(108, b"\0")), "/from"),
    (header(PROXY, UNSPECIFIED), "unknown"),
], ids=["tcp4", "tcp6", "tlvs", "unix", "unspecified"])
def test_client_is_who_the_balancer_says(behind_balancer, told, peer):
    with RawClient(behind_balancer.port) as client:
        client.send(told)
        assert works(client)
    eventually(lambda: f"peer={peer} " in behind_balancer.logged(), f"{peer} is the client's")


def test_balancer_that_connects_itself_is_the_client(behind_balancer):
    with RawClient(behind_balancer.port) as client:
        client.send(header(LOCAL, UNSPECIFIED))
        assert works(client)
        name = "{}:{}".format(*client.socket.getsockname())
    eventually(lambda: f"peer={name} " in behind_balancer.logged(), f"{name} is the client's")


def test_header_in_pieces_and_header_with_all_behind_it(behind_balancer):
    told = tcp_header("192.0.2.1", tlvs=b"\x04\0\x02??")
    with RawClient(behind_balancer.port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in told:
            client.send(bytes([byte]))
        assert works(client)
    with RawClient(behind_balancer.port) as client:
        client.send(told, SSL_REQUEST)
        assert client.read(1) == b"N"
        assert works(client)


@pytest.mark.parametrize("first", [
    SSL_REQUEST,
    startup_packet({"user": "postgres"}),
    b"PROXY TCP4 192.0.2.1 203.0.113.7 50000 5432\r\n",
    header(PROXY, 0x41, bytes(12)),
    header(PROXY, TCP4, bytes(11)),
    tcp_header("192.0.2.1", tlvs=bytes(20000)),
], ids=["ssl_request", "startup", "version_1", "unknown_family", "short", "long"])
def test_anything_else_is_refused(behind_balancer, first):
    with RawClient(behind_balancer.port) as client:
        client.send(first)
        errors = [reply.error for reply in client.read_to_end()]
        assert errors == [("FATAL", "08P01", "PROXY protocol version 2 header expected")]


def test_client_that_sends_no_header_meets_the_login_timeout(start_proxy):
    proxy = start_proxy(proxy_protocol="v2", login_timeout="300ms")
    with RawClient(proxy.port) as client:
        client.send(tcp_header("192.0.2.1")[:20])
        assert [reply.error[:2] for reply in client.read_to_end()] == [("FATAL", "08006")]


def test_client_that_leaves_inside_its_header_leaves_nothing(behind_balancer):
    before = behind_balancer.descriptors()
    for size in (0, 1, 16, 27):
        with RawClient(behind_balancer.port) as client:
            client.send(tcp_header("192.0.2.1")[:size])
    eventually(lambda: behind_balancer.descriptors() <= before, "every connection is closed")


def test_unix_socket_has_no_balancer(start_proxy, tmp_path_factory):
    path = f"{tmp_path_factory.mktemp('s')}/socket"
    start_proxy(listen=[f"unix:{path}"], proxy_protocol="v2")
    eventually(lambda: os.path.exists(path), "it listens there, too")
    with RawClient(path) as client:
        assert works(client)


@pytest.fixture
def upstream():
    with upstream_server() as server:
        yield server


def test_upstream_is_told_the_client_first(start_proxy, upstream):
    proxy = start_proxy(f"127.0.0.1:{upstream.getsockname()[1]}", upstream_proxy_protocol="v2")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "me"}))
        with accept(upstream) as server:
            assert read_header(server) == (PROXY, TCP4, client.socket.getsockname(), ("127.0.0.1", proxy.port))
            assert server.recv(100) == startup_packet({"user": "me"})


def test_upstream_is_told_what_the_balancer_has_told(start_proxy, upstream):
    proxy = start_proxy(f"127.0.0.1:{upstream.getsockname()[1]}", proxy_protocol="v2", upstream_proxy_protocol="v2")
    with RawClient(proxy.port) as client:
        client.send(tcp_header("2001:db8::1", "2001:db8::2"), startup_packet({"user": "me"}))
        with accept(upstream) as server:
            assert read_header(server) == (PROXY, TCP6, ("2001:db8::1", 50000), ("2001:db8::2", 5432))


def test_upstream_is_told_of_a_client_on_a_unix_socket(start_proxy, upstream, tmp_path_factory):
    path = f"{tmp_path_factory.mktemp('s')}/socket"
    start_proxy(f"127.0.0.1:{upstream.getsockname()[1]}", listen=[f"unix:{path}"], upstream_proxy_protocol="v2")
    with RawClient(path) as client:
        client.send(startup_packet({"user": "me"}))
        with accept(upstream) as server:
            assert read_header(server) == (PROXY, UNIX, ("",), (path,))


def test_cancel_request_has_a_header_too(start_proxy, upstream):
    proxy = start_proxy(f"127.0.0.1:{upstream.getsockname()[1]}", upstream_proxy_protocol="v2")
    with RawClient(proxy.port) as messenger:
        messenger.send(cancel_packet(b"\0\0\0\1key!"))
        with accept(upstream) as server:
            assert read_header(server).source == messenger.socket.getsockname()
            assert server.recv(100) == cancel_packet(b"\0\0\0\1key!")
        assert messenger.read(1) == b""


def test_haproxy_on_both_sides(start_proxy, pgbouncer, postgres):
    with HAProxy(pgbouncer.port, bind_options="accept-proxy") as inner:
        proxy = start_proxy(f"127.0.0.1:{inner.port}", proxy_protocol="v2", upstream_proxy_protocol="v2")
        with HAProxy(proxy.port, server_options="send-proxy-v2 check") as outer:
            with RawClient(outer.port) as client:
                name = "{}:{}".format(*client.socket.getsockname())
                key = start_sleeping(client, postgres, "behind HAProxy")
                assert f"peer={name} " in proxy.logged()
                with RawClient(outer.port) as messenger:
                    messenger.send(cancel_packet(key))
                    assert messenger.read(1) == b""
                assert [reply.error[1] for reply in client.read_until("Z").of("E")] == ["57014"]
                assert client.query("SELECT 41 + 1").rows == [[b"42"]]

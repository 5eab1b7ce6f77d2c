"""Where clients connect, and where the upstream is reached: IPv4, IPv6, names and Unix sockets."""
from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from tests.integration.relay.proxy import Proxy
from tests.integration.relay.raw_client import RawClient, ready
from tests.integration.support.daemon import StackError, free_port

pytestmark = pytest.mark.timeout(120)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def works(address) -> bool:
    with RawClient(address) as client:
        return ready(client).query("SELECT 41 + 1").rows == [[b"42"]]


@pytest.fixture
def folder(tmp_path_factory) -> Path:
    """Short enough for the 108 bytes of a Unix socket's path."""
    return tmp_path_factory.mktemp("s")


def test_every_listener_serves(start_proxy, folder):
    other, path = free_port(), f"{folder}/.s.PGSQL.6432"
    listen = [f"localhost:{other}", f"unix:{path}"]
    ipv6 = free_port()
    if has_ipv6():
        listen.append(f"[::]:{ipv6}")
    proxy = start_proxy(listen=listen)
    assert works(proxy.port)
    assert works(other)
    assert works(path)
    assert not has_ipv6() or works(("::1", ipv6))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_upstream_by_tcp(start_proxy, pgbouncer, host):
    assert works(start_proxy(f"{host}:{pgbouncer.port}").port)


def test_upstream_by_ipv6(start_proxy, pgbouncer):
    if not has_ipv6():
        pytest.skip("no IPv6 here")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        proxy = start_proxy(f"[::1]:{server.getsockname()[1]}", upstream_tls_mode="disable")
        with RawClient(proxy.port) as client:
            client.send(b"\0\0\0\x11\0\3\0\0user\0me\0\0")
            upstream, _ = server.accept()
            upstream.settimeout(60)
            assert upstream.recv(100) == b"\0\0\0\x11\0\3\0\0user\0me\0\0"
            upstream.close()
            assert client.read_message().error[1] == "57P03"


def test_upstream_by_unix_socket(start_proxy, pgbouncer):
    assert works(start_proxy(f"unix:{pgbouncer.directory}/.s.PGSQL.{pgbouncer.port}").port)


def test_unix_socket_file_lets_everybody_in_and_goes_with_the_proxy(start_proxy, folder):
    path = folder / "socket"
    proxy = start_proxy(listen=[f"unix:{path}"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o777
    assert proxy.stop() == 0
    assert not path.exists()


def test_socket_file_left_behind_is_replaced(start_proxy, folder):
    path = str(folder / "socket")
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(path)
    assert os.path.exists(path)
    start_proxy(listen=[f"unix:{path}"])
    assert works(path)


def test_socket_in_use_and_foreign_files_are_left_alone(start_proxy, pgbouncer, folder):
    in_use, file = folder / "in-use", folder / "file"
    file.write_text("precious")
    start_proxy(listen=[f"unix:{in_use}"])
    for path in (in_use, file):
        second = Proxy(f"127.0.0.1:{pgbouncer.port}", [f"unix:{path}"])
        with pytest.raises(StackError, match="Address already in use"):
            second.start()
        second.remove()
    assert works(str(in_use))
    assert file.read_text() == "precious"


def test_port_in_use_is_told(proxy, pgbouncer):
    second = Proxy(f"127.0.0.1:{pgbouncer.port}", [f"127.0.0.1:{proxy.port}"])
    with pytest.raises(StackError, match=f"cannot listen on 127.0.0.1:{proxy.port}: Address already in use"):
        second.start()
    second.remove()


def test_port_is_free_again_at_once(start_proxy):
    """SO_REUSEADDR: connections of the last run in TIME_WAIT do not keep the next one from starting."""
    first = start_proxy()
    client = ready(RawClient(first.port))
    first.signal(signal.SIGTERM)
    assert client.read_message().error[1] == "57P01"
    assert first.wait() == 0
    client.close()
    first.start()
    assert works(first.port)

"""What systemd does: it gives sockets, and is told when the program is ready, reloads and stops."""
from __future__ import annotations

import os
import signal
import socket
import subprocess

import pytest

from tests.integration.relay.raw_client import RawClient, ready
from tests.integration.support.stack import sidecar_binary

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def notified(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(30)
        yield told


def start(notified, upstream: int, sockets: list[socket.socket], *arguments: str) -> subprocess.Popen:
    """As systemd does: the sockets from descriptor 3 on, and the process that they are for."""
    environment = os.environ | {"NOTIFY_SOCKET": notified.getsockname(), "LISTEN_FDS": str(len(sockets))}
    places = " ".join(f"{3 + i}<&{each.fileno()}" for i, each in enumerate(sockets))
    script = f'exec {places}; export LISTEN_PID=$$; exec "$@"'
    command = ["bash", "-c", script, "-", sidecar_binary(), "--upstream", f"127.0.0.1:{upstream}", *arguments]
    return subprocess.Popen(command, env=environment, pass_fds=[each.fileno() for each in sockets],
                            stderr=subprocess.PIPE, text=True)


def test_sockets_and_notifications(notified, pgbouncer):
    with socket.create_server(("127.0.0.1", 0)) as given:
        process = start(notified, pgbouncer.port, [given], "--listen", "127.0.0.1:1")
        try:
            assert notified.recv(100) == b"READY=1"
            with ready(RawClient(given.getsockname()[1])) as client:
                assert client.query("SELECT 1").rows == [[b"1"]]
            process.send_signal(signal.SIGHUP)
            assert notified.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert notified.recv(100) == b"READY=1"
            process.send_signal(signal.SIGTERM)
            assert notified.recv(100) == b"STOPPING=1"
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.communicate()

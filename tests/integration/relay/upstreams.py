"""Upstreams played by a test."""
from __future__ import annotations

import contextlib
import socket
from typing import Iterator

TIMEOUT = 60.0


@contextlib.contextmanager
def upstream_server(host: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    with socket.create_server((host, port)) as server:
        server.settimeout(TIMEOUT)
        yield server


def accept(server: socket.socket) -> socket.socket:
    connection, _ = server.accept()
    connection.settimeout(TIMEOUT)
    return connection


def nobody_has_come(server: socket.socket) -> bool:
    server.setblocking(False)
    try:
        server.accept()[0].close()
        return False
    except BlockingIOError:
        return True
    finally:
        server.settimeout(TIMEOUT)


@contextlib.contextmanager
def deaf_server() -> Iterator[int]:
    """Its port. The backlog is full: the kernel drops what would connect."""
    with socket.socket() as deaf, contextlib.ExitStack() as fillers:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(8):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]

"""The relay that makes a way long loses nothing, keeps the order, and takes its time."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from bench.servers.delay import ClientWay, DelayRelay

RTT = 40  # ms
PATIENCE = 30.0


@pytest.fixture
def echo():
    """A port that answers each connection with what it says, until that ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def answer(connection: socket.socket) -> None:
    with connection:
        while data := connection.recv(1 << 16):
            connection.sendall(data)


@pytest.fixture
def relay(echo):
    relay = DelayRelay(echo, RTT)
    try:
        relay.start()
        yield relay.port
    finally:
        relay.remove()


def exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    return data


def test_a_round_trip_takes_at_least_its_time(relay):
    with socket.create_connection(("127.0.0.1", relay), PATIENCE) as client:
        for _ in range(3):
            begin = time.monotonic()
            client.sendall(b"ping")
            assert exactly(client, 4) == b"ping"
            assert time.monotonic() - begin >= RTT / 1e3


def test_many_messages_on_their_way_keep_their_order(relay):
    with socket.create_connection(("127.0.0.1", relay), PATIENCE) as client:
        messages = [f"{number:04}".encode() for number in range(200)]
        for message in messages:
            client.sendall(message)
            time.sleep(0.0001)
        assert exactly(client, 800) == b"".join(messages)


def test_megabytes_come_back_in_their_order(relay):
    sent = b"".join(number.to_bytes(4, "big") for number in range(3 << 20))
    with socket.create_connection(("127.0.0.1", relay), PATIENCE) as client:
        sender = threading.Thread(target=client.sendall, args=(sent,))
        sender.start()
        received = bytearray()
        while len(received) < len(sent):
            received += client.recv(1 << 18)
        sender.join()
        assert received == sent


def test_an_end_comes_through(relay):
    with socket.create_connection(("127.0.0.1", relay), PATIENCE) as client:
        client.sendall(b"x")
        assert exactly(client, 1) == b"x"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


class NoTransport:
    """Of a client: what comes back to it does not matter."""

    def pause_reading(self): ...

    def resume_reading(self): ...

    def write(self, data): ...

    def close(self): ...

    def is_closing(self):
        return False


def test_what_comes_before_the_upstream_is_connected_is_kept():
    async def received() -> bytes:
        come: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def upstream(reader, writer):
            come.set_result(await reader.readexactly(5))
            writer.close()

        server = await asyncio.start_server(upstream, "127.0.0.1", 0)
        way = ClientWay(0, server.sockets[0].getsockname()[1])
        way.connection_made(NoTransport())
        way.data_received(b"early")
        async with server:
            return await asyncio.wait_for(come, 10)

    assert asyncio.run(received()) == b"early"

"""A TCP relay that makes a way long: a round trip through it costs `rtt` ms more, half of it in each direction.

    python3 -m bench.servers.delay PORT UPSTREAM_PORT RTT

Whatever comes is passed on half a round trip later, in its order, without a limit of bandwidth. Connecting is not delayed.
"""

from __future__ import annotations

import asyncio
import collections
import selectors
import sys

from tests.integration.support.daemon import Daemon, accepts
from tests.integration.support.stack import ROOT

LIMIT = 4 << 20  # bytes on their way in one direction before its sender has to wait


class DelayRelay(Daemon):
    """The relay as a process. `rtt` in ms."""

    def __init__(self, upstream: int, rtt: float):
        super().__init__("delay", None, None, unprivileged=False)
        self._arguments = [str(self.port), str(upstream), str(rtt)]

    def start(self) -> None:
        self._start_process(
            [sys.executable, "-m", "bench.servers.delay", *self._arguments],
            lambda: accepts(self.port),
            {"PYTHONPATH": str(ROOT)},
        )


class Way(asyncio.Protocol):
    """One direction: reads from its own transport, writes to that of `other`, the way back."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._sent: collections.deque[bytes] = collections.deque()
        self._size = 0
        self.transport: asyncio.Transport | None = None
        self.other: Way | None = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._sent.append(data)
        self._size += len(data)
        if self._size > LIMIT:
            self.transport.pause_reading()
        asyncio.get_running_loop().call_later(self._seconds, self._arrive)

    def _arrive(self) -> None:
        """Of what is on its way, the first: two timers of one moment may fire in either order."""
        data = self._sent.popleft()
        if self._size > LIMIT >= self._size - len(data) and not self.transport.is_closing():
            self.transport.resume_reading()
        self._size -= len(data)
        self.other.transport.write(data)

    def connection_lost(self, error) -> None:
        if self.other and self.other.transport:
            asyncio.get_running_loop().call_later(self._seconds, self.other.transport.close)


class ClientWay(Way):
    def __init__(self, seconds: float, upstream: int):
        super().__init__(seconds)
        self._upstream = upstream
        # Before it is connected: asyncio of Python 3.11 reads on though paused in connection_made.
        self._early: list[bytes] | None = []

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        transport.pause_reading()
        self._connecting = asyncio.ensure_future(self._connect())

    def data_received(self, data: bytes) -> None:
        if self._early is None:
            super().data_received(data)
        else:
            self._early.append(data)

    async def _connect(self) -> None:
        self.other = Way(self._seconds)
        self.other.other = self
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: self.other, "127.0.0.1", self._upstream
            )
        except OSError:
            self.transport.close()
            return
        early, self._early = self._early, None
        for data in early:
            super().data_received(data)
        self.transport.resume_reading()


async def serve(port: int, upstream: int, rtt: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ClientWay(rtt / 2000, upstream), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    # epoll as Python has it waits whole milliseconds, select does not
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))

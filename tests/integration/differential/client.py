"""A client that knows nothing but frames: it sends the bytes it is given and reads messages."""

import socket
import struct
import time
from typing import Iterable

from .wire import EOF, Message


class Connection:
    """One session of user and database on 127.0.0.1:port, trusted without a password."""

    def __init__(self, port: int, database: str, user: str = "postgres", time_limit: float = 15.0,
                 parameters: Iterable[tuple[str, str]] = ()):
        self.time_limit = time_limit
        self.pid = 0
        self._buffer = bytearray()
        self._eof = False
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=time_limit)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        words = struct.pack("!i", 196608) + f"user\0{user}\0database\0{database}\0".encode()
        words += "".join(f"{name}\0{value}\0" for name, value in parameters).encode() + b"\0"
        self.send(struct.pack("!i", len(words) + 4) + words)
        while True:
            reply = self.receive(time_limit)
            if reply is None or reply.type in (EOF, "E"):
                self.abandon()
                raise ConnectionError(
                    f"no session on port {port}, database {database}: {reply and reply.body}"
                )
            if reply.type == "K":
                self.pid = struct.unpack_from("!i", reply.body)[0]
            if reply.type == "Z":
                return

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self.time_limit)
        self._socket.sendall(data)

    def receive(self, time_limit: float) -> Message | None:
        """The next message; EOF once the stream has ended; None when the time limit is over."""
        end = time.monotonic() + time_limit
        while True:
            if len(self._buffer) >= 5:
                (size,) = struct.unpack_from("!i", self._buffer, 1)
                if len(self._buffer) > size:
                    message = Message(chr(self._buffer[0]), bytes(self._buffer[5 : size + 1]))
                    del self._buffer[: size + 1]
                    return message
            if self._eof:
                return Message(EOF, bytes(self._buffer))
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                return None
            except ConnectionError:
                data = b""
            self._eof = not data
            self._buffer += data

    def unread_by_peer(self) -> int:
        """Bytes that have arrived at the other end on this machine and that its process has not read."""
        try:
            ends = (self._socket.getpeername(), self._socket.getsockname())
        except OSError:  # the other end is gone
            return 0
        addresses = [f"0100007F:{port:04X}" for _, port in ends]
        with open("/proc/net/tcp") as sockets:
            rows = [line.split() for line in sockets]
        return next((int(row[4].partition(":")[2], 16) for row in rows if row[1:3] == addresses), 0)

    # ------------------------------------------------------------ ways to leave
    def half_close(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def abandon(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

"""A client that speaks in raw frontend messages, for sequences that no driver can be made to send at will."""

from __future__ import annotations

import socket
import struct

SYNC, FLUSH, TERMINATE = b"S\0\0\0\4", b"H\0\0\0\4", b"X\0\0\0\4"


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def parse(name: str, sql: str) -> bytes:
    return message(b"P", f"{name}\0{sql}\0".encode() + b"\0\0")


def describe(kind: str, name: str) -> bytes:
    return message(b"D", f"{kind}{name}\0".encode())


def bind(portal: str, name: str, *values: str) -> bytes:
    """Text parameters, text results."""
    parameters = b"".join(struct.pack("!i", len(v.encode())) + v.encode() for v in values)
    return message(
        b"B", f"{portal}\0{name}\0".encode() + struct.pack("!hh", 0, len(values)) + parameters + b"\0\0"
    )


def execute(portal: str = "", limit: int = 0) -> bytes:
    return message(b"E", f"{portal}\0".encode() + struct.pack("!i", limit))


def query(sql: str) -> bytes:
    return message(b"Q", f"{sql}\0".encode())


class Replies(list):
    """Backend messages as (kind, body)."""

    @property
    def kinds(self) -> str:
        return "".join(kind for kind, _ in self)

    @property
    def rows(self) -> list[list[str]]:
        return [read_row(body) for kind, body in self if kind == "D"]

    def __str__(self) -> str:
        errors = [body.replace(b"\0", b" ").decode(errors="replace") for kind, body in self if kind == "E"]
        return f"{self.kinds} {self.rows} {errors or ''}"


def read_row(body: bytes) -> list[str]:
    values, at = [], 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        values.append(body[at + 4 : at + 4 + length].decode())
        at += 4 + max(0, length)
    return values


class Wire:
    def __init__(self, port: int, timeout: float = 5):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = self._socket.makefile("rb")
        parameters = b"user\0postgres\0database\0postgres\0\0"
        self.send(struct.pack("!ii", len(parameters) + 8, 196608) + parameters)
        self.key = next(body for kind, body in self.read("Z") if kind == "K")

    def send(self, *messages: bytes) -> None:
        """All in one write."""
        self._socket.sendall(b"".join(messages))

    def read(self, *last: str) -> Replies:
        """Up to these kinds, one after another: read("Z", "T") ends at the first T behind the first Z."""
        replies, wanted = Replies(), list(last)
        while wanted:
            kind, body = self._read_message()
            if kind in "SN":
                continue
            replies.append((kind, body))
            if kind == wanted[0]:
                wanted.pop(0)
            elif kind == "E" and wanted[0] != "Z":
                break
        return replies

    def ask(self, *messages: bytes, last: str = "Z") -> Replies:
        self.send(*messages)
        return self.read(*last)

    def cancel(self) -> None:
        """Sends the CancelRequest and hangs up at once, as a driver does whose user has no more time."""
        with socket.create_connection(self._socket.getpeername()) as other:
            other.sendall(struct.pack("!ii", len(self.key) + 8, 80877102) + self.key)

    def close(self) -> None:
        try:
            self.send(TERMINATE)
        except OSError:
            pass
        self._input.close()
        self._socket.close()

    def _read_message(self) -> tuple[str, bytes]:
        head = self._input.read(5)
        if len(head) < 5:
            raise ConnectionError("the connection has been closed")
        kind, length = struct.unpack("!ci", head)
        return kind.decode("latin-1"), self._input.read(length - 4)

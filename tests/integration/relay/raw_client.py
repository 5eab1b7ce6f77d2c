"""A client that speaks the protocol byte by byte, over any kind of socket."""
from __future__ import annotations

import socket
import struct
from typing import Iterator, NamedTuple

SSL_REQUEST = struct.pack("!ihh", 8, 1234, 5679)
GSSENC_REQUEST = struct.pack("!ihh", 8, 1234, 5680)
SYNC, FLUSH, TERMINATE, COPY_DONE = (kind + b"\0\0\0\4" for kind in (b"S", b"H", b"X", b"c"))
DEFAULTS = {"user": "postgres", "database": "postgres"}
TIMEOUT = 30.0


class Reply(NamedTuple):
    kind: str
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """Of an ErrorResponse or NoticeResponse, by their codes."""
        return {part[:1].decode(): part[1:].decode(errors="replace") for part in self.body.split(b"\0") if part}

    @property
    def error(self) -> tuple[str, str, str]:
        """Severity, SQLSTATE and message."""
        assert self.kind == "E", self
        return self.fields["S"], self.fields["C"], self.fields["M"]


class Replies(list):
    @property
    def kinds(self) -> str:
        return "".join(reply.kind for reply in self)

    def of(self, kind: str) -> list[Reply]:
        return [reply for reply in self if reply.kind == kind]

    @property
    def rows(self) -> list[list[bytes]]:
        return [row_values(reply.body) for reply in self.of("D")]


def startup_packet(parameters: dict[str, str], minor: int = 0, major: int = 3) -> bytes:
    text = "".join(f"{name}\0{value}\0" for name, value in parameters.items()).encode() + b"\0"
    return struct.pack("!ihh", len(text) + 8, major, minor) + text


def message(kind: str, body: bytes = b"") -> bytes:
    return kind.encode() + struct.pack("!i", len(body) + 4) + body


def query(sql: str) -> bytes:
    return message("Q", sql.encode() + b"\0")


def parse(name: str, sql: str) -> bytes:
    return message("P", f"{name}\0{sql}\0".encode() + b"\0\0")


def bind_head(name: str, size: int, portal: str = "") -> bytes:
    """A Bind of one binary parameter up to its value, which has `size` bytes and is followed by BIND_TAIL."""
    head = f"{portal}\0{name}\0".encode() + struct.pack("!hhhi", 1, 1, 1, size)
    return b"B" + struct.pack("!i", 4 + len(head) + size + len(BIND_TAIL)) + head


BIND_TAIL = b"\0\0"
EXECUTE = message("E", b"\0\0\0\0\0")


def row_values(body: bytes) -> list[bytes]:
    values, at = [], 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        values.append(body[at + 4:at + 4 + length])
        at += 4 + max(length, 0)
    return values


class RawClient:
    """`address`: a port of 127.0.0.1, (host, port), or the path of a Unix socket."""

    def __init__(self, address: int | tuple | str, timeout: float = TIMEOUT):
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(address)
        else:
            where = ("127.0.0.1", address) if isinstance(address, int) else address
            self.socket = socket.create_connection(where, timeout)
        self._input = self.socket.makefile("rb")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._input.close()
        self.socket.close()

    def send(self, *messages: bytes) -> None:
        self.socket.sendall(b"".join(messages))

    def start(self, parameters: dict[str, str] = {}, minor: int = 0) -> Replies:
        """Up to ReadyForQuery or the end of the connection."""
        self.send(startup_packet(DEFAULTS | parameters, minor))
        return self.read_until("Z")

    def query(self, sql: str) -> Replies:
        self.send(query(sql))
        return self.read_until("Z")

    def read(self, n: int) -> bytes:
        return self._input.read(n)

    def read_message(self) -> Reply | None:
        """Nothing at the end of the stream."""
        kind = self.read(1)
        if not kind:
            return None
        size = struct.unpack("!i", self.read(4))[0] - 4
        return Reply(kind.decode(), self.read(size))

    def messages(self) -> Iterator[Reply]:
        while (reply := self.read_message()) is not None:
            yield reply

    def read_until(self, kind: str) -> Replies:
        """Up to the first message of this kind, or to the end of the stream."""
        replies = Replies()
        for reply in self.messages():
            replies.append(reply)
            if reply.kind == kind:
                break
        return replies

    def read_to_end(self) -> Replies:
        return Replies(self.messages())


def ready(client: RawClient, **parameters: str) -> RawClient:
    """A client that is logged in."""
    replies = client.start(parameters)
    assert replies.kinds[-1:] == "Z", replies
    return client

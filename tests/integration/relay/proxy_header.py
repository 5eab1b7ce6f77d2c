"""Headers of the PROXY protocol, version 2."""
from __future__ import annotations

import ipaddress
import socket
import struct
from typing import NamedTuple

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL, PROXY = 0x20, 0x21
UNSPECIFIED, TCP4, TCP6, UNIX = 0x00, 0x11, 0x21, 0x31


class Told(NamedTuple):
    command: int
    family: int
    source: tuple
    destination: tuple


def header(command: int, family: int, rest: bytes = b"") -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, family, len(rest)) + rest


def tcp_header(source: str, destination: str = "203.0.113.7", port: int = 50000, tlvs: bytes = b"") -> bytes:
    addresses = [ipaddress.ip_address(each) for each in (source, destination)]
    family = TCP4 if addresses[0].version == 4 else TCP6
    ends = b"".join(each.packed for each in addresses) + struct.pack("!HH", port, 5432)
    return header(PROXY, family, ends + tlvs)


def read_header(connection: socket.socket) -> Told:
    start = exactly(connection, 16)
    assert start[:12] == SIGNATURE, start
    command, family, length = struct.unpack("!BBH", start[12:])
    rest = exactly(connection, length)
    if family == TCP4:
        return Told(command, family, *tcp_ends(rest, 4))
    if family == TCP6:
        return Told(command, family, *tcp_ends(rest, 16))
    paths = [rest[i:i + 108].rstrip(b"\0").decode() for i in (0, 108)]
    return Told(command, family, (paths[0],), (paths[1],))


def tcp_ends(rest: bytes, size: int) -> list[tuple]:
    ports = struct.unpack_from("!HH", rest, 2 * size)
    return [(str(ipaddress.ip_address(rest[i * size:(i + 1) * size])), ports[i]) for i in (0, 1)]


def exactly(connection: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        piece = connection.recv(size - len(got))
        assert piece, f"the connection ended behind {got!r}"
        got += piece
    return got

"""A client for the simple query protocol under trust authentication: enough for an admin console, without a driver."""
from __future__ import annotations

import socket
import struct


class ServerError(Exception):
    """An ErrorResponse; `fields` by their one-letter codes."""

    def __init__(self, fields: dict[str, str]):
        super().__init__(f"{fields.get('S', 'ERROR')} {fields.get('C', '')}: {fields.get('M', '')}")
        self.fields = fields


class SimpleClient:
    def __init__(self, port: int, user: str = "postgres", database: str = "postgres", timeout: float = 30):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        try:
            self._input = self._socket.makefile("rb")
            parameters = f"user\0{user}\0database\0{database}\0\0".encode()
            self._socket.sendall(struct.pack("!ii", len(parameters) + 8, 196608) + parameters)
            self._read_until_ready()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> SimpleClient:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def query(self, sql: str) -> list[dict[str, str | None]]:
        self.send(sql)
        return self.receive()

    def send(self, sql: str) -> None:
        text = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)

    def receive(self) -> list[dict[str, str | None]]:
        """The rows that answer one `send`."""
        return self._read_until_ready()

    def close(self) -> None:
        try:
            self._socket.sendall(b"X\0\0\0\4")
        except OSError:
            pass
        self._input.close()
        self._socket.close()

    def _read_until_ready(self) -> list[dict[str, str | None]]:
        columns: list[str] = []
        rows: list[dict[str, str | None]] = []
        error = None
        while True:
            kind, body = self._read_message()
            if kind == b"T":
                columns = _row_description(body)
            elif kind == b"D":
                rows.append(dict(zip(columns, _data_row(body))))
            elif kind == b"E":
                error = ServerError(_error_fields(body))
                if error.fields.get("S") == "FATAL":
                    raise error
            elif kind == b"R" and body != b"\0\0\0\0":
                raise ServerError({"M": "only trust authentication is spoken here"})
            elif kind == b"Z":
                if error:
                    raise error
                return rows

    def _read_message(self) -> tuple[bytes, bytes]:
        kind = self._input.read(1)
        length = self._input.read(4)
        if len(length) < 4:
            raise ConnectionError("server closed the connection")
        return kind, self._input.read(struct.unpack("!i", length)[0] - 4)


def _row_description(body: bytes) -> list[str]:
    names, position = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        end = body.index(b"\0", position)
        names.append(body[position:end].decode())
        position = end + 19
    return names


def _data_row(body: bytes) -> list[str | None]:
    values, position = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        length = struct.unpack_from("!i", body, position)[0]
        position += 4
        values.append(None if length < 0 else body[position:position + length].decode())
        position += max(length, 0)
    return values


def _error_fields(body: bytes) -> dict[str, str]:
    return {field[:1].decode(): field[1:].decode(errors="replace") for field in body.split(b"\0") if field}

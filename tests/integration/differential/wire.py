"""Protocol messages: frontend messages are built and shown here, backend messages compared and shown."""

import struct
from typing import NamedTuple, Sequence

EOF, HANG = "EOF", "HANG"  # what ends a stream of replies without being one


class Message(NamedTuple):
    type: str
    body: bytes = b""

    def encode(self) -> bytes:
        return self.type.encode() + struct.pack("!i", len(self.body) + 4) + self.body


# ---------------------------------------------------------------- frontend
def parse(name: bytes, sql: bytes, oids: Sequence[int] = ()) -> Message:
    return Message("P", name + b"\0" + sql + b"\0" + struct.pack(f"!H{len(oids)}I", len(oids), *oids))


def bind(
    portal: bytes,
    statement: bytes,
    values: Sequence[bytes | None] = (),
    formats: Sequence[int] = (),
    results: Sequence[int] = (),
) -> Message:
    body = portal + b"\0" + statement + b"\0" + struct.pack(f"!H{len(formats)}H", len(formats), *formats)
    body += struct.pack("!H", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return Message("B", body + struct.pack(f"!H{len(results)}H", len(results), *results))


def describe(kind: bytes, name: bytes) -> Message:
    return Message("D", kind + name + b"\0")


def close(kind: bytes, name: bytes) -> Message:
    return Message("C", kind + name + b"\0")


def execute(portal: bytes = b"", rows: int = 0) -> Message:
    return Message("E", portal + b"\0" + struct.pack("!i", rows))


def query(sql: bytes) -> Message:
    return Message("Q", sql + b"\0")


def function_call(
    oid: int, arguments: Sequence[bytes | None], formats: Sequence[int] = (), result: int = 0
) -> Message:
    body = struct.pack(f"!IH{len(formats)}H", oid, len(formats), *formats) + struct.pack("!H", len(arguments))
    for value in arguments:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return Message("F", body + struct.pack("!H", result))


def copy_data(data: bytes) -> Message:
    return Message("d", data)


def copy_fail(reason: bytes = b"enough") -> Message:
    return Message("f", reason + b"\0")


SYNC, FLUSH, COPY_DONE, TERMINATE = Message("S"), Message("H"), Message("c"), Message("X")


def show(message: Message) -> str:
    """P(name)"text"[oids]  B(portal<-statement) formats values results  D(S name)  E(portal,rows)"""
    try:
        return _show_frontend(message)
    except (ValueError, struct.error, IndexError):
        return f"{message.type}!{_text(message.body)}"


def _show_frontend(message: Message) -> str:
    type_, body = message
    if type_ == "P":
        name, sql, rest = body.split(b"\0", 2)
        (count,) = struct.unpack_from("!H", rest)
        oids = struct.unpack(f"!{count}I", rest[2:])
        return f'P({_text(name)})"{_text(sql)}"' + (str(list(oids)) if oids else "")
    if type_ == "B":
        portal, statement, rest = body.split(b"\0", 2)
        formats, at = _codes(rest, 0)
        (count,) = struct.unpack_from("!H", rest, at)
        values, at = [], at + 2
        for _ in range(count):
            (size,) = struct.unpack_from("!i", rest, at)
            values.append("NULL" if size < 0 else _text(rest[at + 4 : at + 4 + size]))
            at += 4 + max(size, 0)
        results, at = _codes(rest, at)
        if at != len(rest):
            raise ValueError
        return f"B({_text(portal)}<-{_text(statement)}) {formats} {values} {results}"
    if type_ in "DC" and body[-1:] == b"\0":
        return f"{type_}({chr(body[0])} {_text(body[1:-1])})"
    if type_ == "E":
        portal, rest = body.split(b"\0", 1)
        (rows,) = struct.unpack("!i", rest)
        return f'E({_text(portal)}{f",{rows}" if rows else ""})'
    if type_ == "Q" and body[-1:] == b"\0":
        return f'Q"{_text(body[:-1])}"'
    return type_ + (f"[{_text(body)}]" if body else "")


def _codes(body: bytes, at: int) -> tuple[list[int], int]:
    (count,) = struct.unpack_from("!H", body, at)
    return list(struct.unpack_from(f"!{count}H", body, at + 2)), at + 2 + 2 * count


def _text(data: bytes, limit: int = 160) -> str:
    shown = data.decode(errors="backslashreplace").translate({i: f"\\x{i:02x}" for i in range(32)})
    return shown if len(shown) <= limit else f"{shown[:limit // 2]}...({len(data)} bytes)...{shown[-20:]}"


# ---------------------------------------------------------------- backend
def error_fields(body: bytes) -> dict[str, str]:
    return {
        field[:1].decode(): field[1:].decode(errors="backslashreplace")
        for field in body.split(b"\0")
        if field
    }


def row_description(body: bytes) -> list[tuple]:
    """Every field of a column but the OID of its table, which differs between two databases."""
    columns, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        end = body.index(b"\0", at)
        _, attribute, type_, size, modifier, format_ = struct.unpack_from("!IhIhih", body, end + 1)
        columns.append((body[at:end], attribute, type_, size, modifier, format_))
        at = end + 19
    return columns


def comparable(reply: Message) -> tuple:
    """What must be equal: everything but table OIDs and the place in the server's source (F, L)."""
    if reply.type in "EN":
        return reply.type, tuple((k, v) for k, v in error_fields(reply.body).items() if k not in "FL")
    if reply.type == "T":
        return reply.type, tuple(row_description(reply.body))
    return tuple(reply)


def show_reply(reply: Message, full: bool = False) -> str:
    type_, body = reply
    if type_ in (EOF, HANG):
        return type_ + (f"({_text(body)})" if body else "")
    if type_ in "EN":
        fields = error_fields(body)
        if full:
            return f'{type_}({", ".join(f"{k}={v}" for k, v in fields.items() if k not in "FLV")})'
        return f'{type_}({fields.get("S")} {fields.get("C")} {fields.get("M")})'
    if type_ == "T":
        names = row_description(body)
        return (
            "T(" + ", ".join(f"{_text(c[0], 30)}:{c[2]}" + (str(c[1:]) if full else "") for c in names) + ")"
        )
    if type_ == "t":
        return f't{list(struct.unpack_from(f"!{len(body) // 4}I", body, 2))}'
    if type_ == "D":
        return f"D({_text(body[2:], 80)})"
    if type_ == "C":
        return f"C'{_text(body[:-1])}'"
    if type_ == "Z":
        return f"Z{body.decode()}"
    return type_ + (f"[{_text(body, 60)}]" if body else "")

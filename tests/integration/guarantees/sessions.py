"""The same conversation, held with a PostgreSQL session of its own and through pgsidecar and the pooler."""

from __future__ import annotations

import struct
from typing import Callable, NamedTuple

from tests.integration.differential.client import Connection
from tests.integration.differential.wire import EOF, SYNC, Message, bind, execute, parse, query, show_reply

REPLY_LIMIT = 10.0  # seconds after which a reply that is due is missing
TABLE = "guaranteed"


class Session:
    def __init__(self, port: int):
        self.port = port
        self.connection = Connection(port, "postgres", time_limit=REPLY_LIMIT)

    def send(self, *messages: Message) -> None:
        """In one write."""
        self.connection.send(b"".join(message.encode() for message in messages))

    def read(self, last: str = "Z") -> str:
        """The replies up to these kinds, one after the other: read("ZZ") ends at the second ReadyForQuery."""
        replies, wanted = [], list(last)
        while wanted:
            reply = self.connection.receive(REPLY_LIMIT)
            if reply is None:
                raise AssertionError(f"{wanted[0]} has not come, only {replies}")
            replies.append(show(reply))
            if reply.type == EOF:
                break
            if reply.type == wanted[0]:
                wanted.pop(0)
        return " ".join(replies)

    def ask(self, *messages: Message, last: str = "Z") -> str:
        self.send(*messages)
        return self.read(last)

    def query(self, sql: str | bytes) -> str:
        return self.ask(query(sql if isinstance(sql, bytes) else sql.encode()))

    def prepare(self, name: str, sql: str, *types: int) -> str:
        return self.ask(parse(name.encode(), sql.encode(), types), SYNC)

    def run(self, name: str, *values: bytes) -> str:
        return self.ask(bind(b"", name.encode(), values), execute(), SYNC)

    def close(self) -> None:
        self.connection.abandon()


def show(reply: Message) -> str:
    """D(1,x), C'SELECT 1', ZI, E(ERROR 26000 …), other kinds by their letter and contents."""
    if reply.type != "D":
        return show_reply(reply)
    values, at = [], 2
    for _ in range(struct.unpack_from("!H", reply.body)[0]):
        (size,) = struct.unpack_from("!i", reply.body, at)
        at += 4
        values.append("NULL" if size < 0 else reply.body[at : at + size].decode(errors="backslashreplace"))
        at += max(size, 0)
    return f"D({','.join(values)})"


def create_table(elsewhere: Session, columns: str = "a int") -> None:
    elsewhere.query(f"drop table if exists {TABLE}; create table {TABLE} ({columns})")


class Answers(NamedTuple):
    direct: object
    proxied: object


Conversation = Callable[[Session, Session], object]


def hold(conversation: Conversation, postgres: int, proxy: int) -> Answers:
    """What `conversation(session, elsewhere)` returns; `elsewhere` is a direct session beside it."""
    return Answers(_hold_on(conversation, postgres, postgres), _hold_on(conversation, proxy, postgres))


def _hold_on(conversation: Conversation, port: int, postgres: int) -> object:
    session, elsewhere = Session(port), Session(postgres)
    try:
        return conversation(session, elsewhere)
    finally:
        session.close()
        elsewhere.close()

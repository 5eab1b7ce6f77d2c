"""Other sessions: they keep the pool's servers moving, leave statements behind, and must read only their own."""

import itertools
import threading
import time
from contextlib import contextmanager
from typing import Iterator

from . import wire
from .client import Connection
from .wire import EOF, Message

PACE = 0.002  # seconds between two looks
REPLY_LIMIT = 10.0
NAMES = [
    b"a",
    b"b",
    b"s1",
    b"S_1",
    b"P_0",
    b"_pg3_0",
    b"__asyncpg_stmt_1__",
]  # names that the scripts use, too


class Disturbed(Exception):
    """A session has read something that is not its own, or nothing."""


class Mover(threading.Thread):
    """Runs until stopped; the holder of `lock` is sure that nothing of it is under way."""

    def __init__(self, port: int, database: str, label: str):
        super().__init__(daemon=True)
        self.port, self.database, self.label = port, database, label
        self.lock = threading.Lock()
        self.stopped = False
        self.looks = 0
        self.failures: list[str] = []
        self.numbers = itertools.count(1)
        self.connection: Connection | None = None

    def run(self) -> None:
        while not self.stopped:
            with self.lock:
                try:
                    self.connection = self.connection or self._connect()
                    self.move()
                except (OSError, Disturbed) as problem:
                    self._give_up(f"{self.label}: {problem}")
            time.sleep(PACE)
        if self.connection:
            self.connection.abandon()

    def stop(self) -> None:
        self.stopped = True

    def take_failures(self) -> list[str]:
        taken, self.failures = self.failures, []
        return taken

    def move(self) -> None:
        raise NotImplementedError

    def _connect(self) -> Connection:
        return Connection(self.port, self.database)

    def expect(self, messages: list[Message], wanted: list[Message]) -> None:
        self.connection.send(b"".join(m.encode() for m in messages))
        got = []
        while len(got) < len(wanted):
            reply = self.connection.receive(REPLY_LIMIT)
            got.append(reply or Message(wire.HANG))
            if reply is None or reply.type == EOF:
                break
        self.looks += 1
        if got != wanted:
            sent, want, have = (
                " ".join(map(f, m))
                for f, m in ((wire.show, messages), (wire.show_reply, wanted), (wire.show_reply, got))
            )
            raise Disturbed(f"sent {sent}\n    wanted {want}\n    got    {have}")

    def _give_up(self, text: str) -> None:
        self.failures.append(text)
        if self.connection:
            self.connection.abandon()
            self.connection = None


@contextmanager
def stopped(movers: list[Mover]) -> Iterator[None]:
    for mover in movers:
        mover.lock.acquire()
    try:
        yield
    finally:
        for mover in movers:
            mover.lock.release()


def row(value: bytes) -> list[Message]:
    return [Message("D", b"\0\1" + len(value).to_bytes(4, "big") + value), Message("C", b"SELECT 1\0")]


def ready(status: bytes = b"I") -> Message:
    return Message("Z", status)


ONE, TWO, THREE = Message("1"), Message("2"), Message("3")


class Neighbour(Mover):
    """A client of what stands behind the proxy: queries, blocks, unnamed statements, and named ones that it leaves behind."""

    def move(self) -> None:
        number = next(self.numbers)
        value = b"neighbour %d" % number
        select = b"select '%s'" % value
        if number % 4 == 0:
            name = NAMES[number // 4 % len(NAMES)]
            self.expect([wire.close(b"S", name), wire.parse(name, select), wire.SYNC], [THREE, ONE, ready()])
        elif number % 4 == 1:
            self.expect(
                [wire.parse(b"", select), wire.bind(b"", b""), wire.execute(), wire.SYNC],
                [ONE, TWO, *row(value), ready()],
            )
        elif number % 4 == 2:
            self.expect([wire.query(b"begin")], [Message("C", b"BEGIN\0"), ready(b"T")])
            self.expect(
                [wire.parse(b"", select), wire.bind(b"", b""), wire.execute(), wire.SYNC],
                [ONE, TWO, *row(value), ready(b"T")],
            )
            self.expect([wire.query(b"commit")], [Message("C", b"COMMIT\0"), ready()])
        else:
            self.expect([wire.parse(b"", select), wire.bind(b"", b""), wire.SYNC], [ONE, TWO, ready()])


class Customer(Mover):
    """A client of the proxy: statements of the names that the scripts use, with constants of its own."""

    def _connect(self) -> Connection:
        self.known: dict[bytes, bytes] = {}
        return super()._connect()

    def move(self) -> None:
        number = next(self.numbers)
        name = NAMES[number % len(NAMES)]
        if name not in self.known:
            self.known[name] = b"customer %d" % number
            self.expect([wire.parse(name, b"select '%s'" % self.known[name]), wire.SYNC], [ONE, ready()])
        value = self.known[name]
        use = [wire.bind(b"", name), wire.execute()]
        if number % 5 == 0:
            self.expect([*use, wire.SYNC, *use, wire.SYNC], 2 * [TWO, *row(value), ready()])
        elif number % 5 == 1:
            self.expect([*use, wire.FLUSH], [TWO, *row(value)])
            self.expect([*use, wire.SYNC], [TWO, *row(value), ready()])
        else:
            self.expect([*use, wire.SYNC], [TWO, *row(value), ready()])
        if number % 11 == 0:
            self.expect([wire.close(b"S", name), wire.SYNC], [THREE, ready()])
            del self.known[name]

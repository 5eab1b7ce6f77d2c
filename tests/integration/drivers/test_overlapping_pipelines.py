"""postgres.js sends the next query's Parse behind a Sync that is not answered yet (B4).

A pooler that counts only boundaries gives the server away at that Sync's ReadyForQuery: what has been sent
behind it is answered to somebody else. So the sessions around are looked at as well.
"""

from __future__ import annotations

import threading
import time

import pytest

from .wire import FLUSH, SYNC, Wire, bind, describe, execute, parse, query

OVERLAPPING, OTHERS, ROUNDS = 4, 4, 40
PATIENCE = 3  # seconds until an answer counts as lost


class Session(threading.Thread):
    """Ends at its first trouble: nothing behind it tells anything."""

    def __init__(self, port: int, own: int):
        super().__init__(daemon=True)
        self.port, self.own, self.trouble = port, own, None

    def run(self) -> None:
        try:
            self.wire = Wire(self.port, PATIENCE)
            self.converse()
            self.wire.close()
        except Exception as error:
            self.trouble = f"{type(self).__name__} {self.own}: {type(error).__name__}: {error}"

    def expect(self, replies, kinds: str, *rows: str) -> None:
        if (replies.kinds, replies.rows) != (kinds, [[row] for row in rows]):
            raise AssertionError(f"expected {kinds} {rows}, got {replies}")


class Overlapping(Session):
    def prepare(self, i: int) -> list[bytes]:
        """Names that nobody else has: nothing but the overlap can go wrong."""
        slow = "(select 0 from pg_sleep(0.004))" if i % 2 else "0"
        name = f"own{self.own}x{i}"
        return [parse(name, f"select {self.own} * 1000 + {i} + $1::int + {slow}"), describe("S", name), FLUSH]

    def converse(self) -> None:
        self.expect(self.wire.ask(*self.prepare(0), last="T"), "1tT")
        for i in range(ROUNDS):
            run, ahead = [bind("", f"own{self.own}x{i}", "7"), execute(), SYNC], self.prepare(i + 1)
            if i % 3:
                self.wire.send(*run, *ahead)
            else:
                self.wire.send(*run)
                time.sleep(0.001 * (i % 4))
                self.wire.send(*ahead)
            self.expect(self.wire.read("Z", "T"), "2DCZ1tT", str(self.own * 1000 + i + 7))
        self.expect(self.wire.ask(SYNC), "Z")


class Other(Session):
    def converse(self) -> None:
        for i in range(2 * ROUNDS):
            value = str(self.own * 1000 + i)
            self.expect(self.wire.ask(query(f"select {value}")), "TDCZ", value)
            burst = [
                parse("", f"select {self.own} * 1000 + $1::int"),
                bind("", "", str(i)),
                describe("P", ""),
                execute(),
                SYNC,
            ]
            self.expect(self.wire.ask(*burst), "12TDCZ", value)


def troubles(port: int) -> list[str]:
    sessions = [Overlapping(port, i) for i in range(OVERLAPPING)] + [
        Other(port, i) for i in range(100, 100 + OTHERS)
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join(40)
        if session.is_alive():
            session.trouble = f"session {session.own} does not end"
    return [session.trouble for session in sessions if session.trouble]


@pytest.mark.timeout(100)
def test_nobody_reads_what_is_anothers(fresh_names):
    assert troubles(fresh_names.port("sidecar")) == []


@pytest.mark.timeout(100)
def test_broken_without(fresh_names):
    found = troubles(fresh_names.port("pgbouncer"))
    print("\n".join(found))
    assert found, "the bare pooler keeps the replies apart"

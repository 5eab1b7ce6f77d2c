"""Every way to leave at every kind of state; what is left in the database and in the pool is compared.

A client that closes or resets its socket does so when all is answered, when nothing on its way can commit by
itself, or with one boundary on its way whose result PostgreSQL keeps, whoever reads it: all else is chance there.
"""

import random

from .. import wire
from ..script import Scribe, Script
from . import copies, corpus, ddl, drivers, hostile, pipelines, sql_prepare

EARLIER = [copies, ddl, drivers, hostile, pipelines, sql_prepare]
SLOW_INSERT = "insert into u select 77, 7 from pg_sleep(0.02)"


class Leaver:
    def __init__(self, scribe: Scribe, leave: str):
        self.s, self.rng, self.leave = scribe, scribe.rng, leave

    @property
    def polite(self) -> bool:
        return self.leave in ("terminate", "half_close")

    def insert(self) -> None:
        self.s.parse("", "insert into u values (66, 6)").bind().execute()

    # ------------------------------------------------------------ states
    def idle(self) -> None:
        self.s.query("insert into u values (61, 1)").write()

    def block(self) -> None:
        self.s.query("begin").write().query("insert into u values (62, 2)").write()

    def failed_block(self) -> None:
        self.s.query("begin").write().query("select 1 / 0").write()

    def open_segment(self) -> None:
        self.insert()
        self.s.write(wait=False)

    def flushed_segment(self) -> None:
        self.insert()
        self.s.flush().write()

    def prepared(self) -> None:
        self.s.parse("left", "select 1").describe("left").flush().write()

    def segment_in_block(self) -> None:
        self.block()
        self.insert()
        self.s.flush().write(wait=self.s.chance(0.5))

    def skipping(self) -> None:
        self.insert()
        self.s.parse("", "select nosuch").flush().write()

    def commit_in_open_segment(self) -> None:
        self.block()
        self.s.parse("", self.rng.choice(["commit", "rollback"])).bind().execute().flush().write()

    def query_on_its_way(self) -> None:
        self.s.query(SLOW_INSERT).write(wait=False)

    def sync_on_its_way(self) -> None:
        self.s.parse("", SLOW_INSERT).bind().execute().sync().write(wait=False)

    def segment_behind_boundary(self) -> None:
        self.s.query("select pg_sleep(0.02)")
        self.insert()
        self.s.write(wait=False)

    def copy_in(self) -> None:
        self.s.query("copy u from stdin").write().add(corpus.COPY_ROW).write(wait=False)

    def copy_in_extended(self) -> None:
        self.s.parse("", "copy u from stdin").bind().execute()
        self.rng.choice([self.s.sync, self.s.flush])().write()
        if self.s.chance(0.7):
            self.s.add(corpus.COPY_ROW).write(wait=False)

    def copy_about_to_begin(self) -> None:
        self.s.parse("", "copy u from stdin").bind().execute().add(corpus.COPY_ROW)
        if self.s.chance(0.5):
            self.s.sync()
        self.s.write(wait=False)

    def copy_done_unsynced(self) -> None:
        self.s.parse("", "copy u from stdin").bind().execute().flush().write().add(
            corpus.COPY_ROW, corpus.COPY_DONE
        ).write(wait=False)

    def copy_in_block(self) -> None:
        self.s.query("begin").write()
        self.copy_in()

    def suspended(self) -> None:
        self.s.parse("", "select generate_series(1, 9)").bind(portal="p1").execute("p1", 2)
        self.rng.choice([self.s.sync, self.s.flush])().write()

    def called(self) -> None:
        self.s.query("call lib.commits(5)").write(wait=self.s.chance(0.5))

    def prepared_transaction(self) -> None:
        self.block()
        self.s.query(f"prepare transaction 'left {self.s.number}'").write()

    def many_on_their_way(self) -> None:
        """Only for who waits for the end of the stream."""
        for value in range(self.rng.randint(2, 6)):
            if self.s.chance(0.5):
                self.s.query(f"insert into u values (70, {value})")
            else:
                self.insert()
                self.s.sync()
        if self.s.chance(0.5):
            self.s.parse("", SLOW_INSERT).bind().execute().sync()
        if self.s.chance(0.4):
            self.insert()
        self.s.write(wait=False)

    def copy_on_its_way(self) -> None:
        self.s.query("copy u from stdin").add(corpus.COPY_ROW, corpus.COPY_ROW)
        if self.s.chance(0.6):
            self.s.add(self.rng.choice([wire.COPY_DONE, wire.copy_fail()]))
        if self.s.chance(0.4):
            self.s.query("insert into u values (71, 1)")
        self.s.write(wait=False)

    def move(self) -> None:
        always = [
            self.idle,
            self.block,
            self.failed_block,
            self.open_segment,
            self.flushed_segment,
            self.prepared,
            self.segment_in_block,
            self.skipping,
            self.commit_in_open_segment,
            self.query_on_its_way,
            self.sync_on_its_way,
            self.copy_in,
            self.copy_in_extended,
            self.copy_about_to_begin,
            self.copy_done_unsynced,
            self.copy_in_block,
            self.suspended,
            self.called,
            self.prepared_transaction,
            self.segment_behind_boundary,
        ]
        self.rng.choice(always + [self.many_on_their_way, self.copy_on_its_way] * 3 * self.polite)()


def generate(rng: random.Random, number: int) -> Script:
    leave = rng.choice(["terminate", "terminate", "half_close", "half_close", "close", "reset"])
    scribe = Scribe(rng, number)
    if rng.random() < 0.3:
        earlier = rng.choice(EARLIER).generate(rng, number)
        scribe.steps += earlier.steps[: rng.randint(1, len(earlier.steps))]
        scribe.add(wire.copy_fail()).sync().write().query("rollback").write()
    Leaver(scribe, leave).move()
    return scribe.script(leave=leave)
